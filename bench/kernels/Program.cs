using BenchmarkDotNet.Running;

_ = BenchmarkSwitcher.FromAssembly(typeof(TaskVectors.Benchmarks.Kernels.ConversionBenchmarks).Assembly).Run(args);
