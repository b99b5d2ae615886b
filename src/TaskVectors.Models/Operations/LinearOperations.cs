using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>Affine maps over the last dimension.</summary>
public static class LinearOperations
{
    /// <summary>Rows up to which a product is a few dot products a weight row rather than a blocked matrix product.</summary>
    private const int FewRows = 4;

    /// <summary>y = f(x W^T + b) + r: bias, activation and residual sum are made while the product is in the cache.</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="activation">The function f; <see cref="Activation.None"/> leaves it out.</param>
    /// <param name="residual">[..., out], added at the end, or null. Not together with an activation.</param>
    public static Tensor Linear(this Tensor x, Tensor weight, Tensor? bias = null, Activation activation = Activation.None, Tensor? residual = null) =>
        weight?.Adapter?.Apply(x, weight, bias, activation, residual) ?? Apply(x, weight!, bias, activation, residual, weightIsTransposed: false);

    /// <summary>As <see cref="Linear"/>, with the weight stored as [in, out] (GPT-2's "Conv1D").</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="weight">[in, out].</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="activation">The function f.</param>
    /// <param name="residual">[..., out], or null.</param>
    public static Tensor LinearInOut(this Tensor x, Tensor weight, Tensor? bias = null, Activation activation = Activation.None, Tensor? residual = null) =>
        weight?.Adapter?.Apply(x, weight, bias, activation, residual) ?? Apply(x, weight!, bias, activation, residual, weightIsTransposed: true);

    /// <summary>The map of the weight alone, without an adapter.</summary>
    internal static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, Activation activation, Tensor? residual, bool weightIsTransposed)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        int inputs = x.Size(-1);
        int outputs = weight.Size(weightIsTransposed ? 1 : 0);
        Shapes.Require(
            weight.Rank == 2 && weight.Size(weightIsTransposed ? 0 : 1) == inputs,
            $"A weight of shape {weight.Shape} does not map vectors of {inputs} elements.");
        Shapes.Require(bias is null || bias.Count == outputs, $"A bias of shape {bias?.Shape} does not fit {outputs} outputs.");
        Shapes.Require(residual is null || activation == Activation.None, "A residual sum and an activation exclude each other.");
        ComputeContext context = x.Context;
        TensorShape shape = Shapes.WithLast(x.Shape, outputs);
        Shapes.Require(residual is null || residual.Shape == shape, $"A residual of shape {residual?.Shape} does not fit an output of shape {shape}.");
        int rows = inputs == 0 ? 0 : x.Count / inputs;
        context.Observer?.Map(weight, x, inputs, weightIsTransposed);
        bool needsGradient = context.Needs(x, weight, bias, residual);
        Tensor y = context.Allocate(shape);
        Tensor before = activation == Activation.None || !needsGradient ? y : context.AllocateUntracked(shape);
        LinearMap map = new(x, weight, bias, residual, rows, inputs, outputs, weightIsTransposed);
        map.Forward(before, activation, y);
        if (needsGradient)
        {
            context.Record(y, dy => map.Backward(before, activation, y, dy), before == y ? [] : [before]);
        }

        return y;
    }

    private sealed record LinearMap(
        Tensor X, Tensor Weight, Tensor? Bias, Tensor? Residual, int Rows, int Inputs, int Outputs, bool WeightIsTransposed)
    {
        /// <summary>The weight as the factor on the right: [in, out].</summary>
        private MatrixView Factor => WeightIsTransposed
            ? MatrixView.Of(Weight, Inputs, Outputs)
            : MatrixView.Of(Weight, Outputs, Inputs).Transposed;

        public void Forward(Tensor before, Activation activation, Tensor y)
        {
            if (Rows <= FewRows)
            {
                if (WeightIsTransposed)
                {
                    AddFewRows(before);
                }
                else
                {
                    MultiplyFewRows(before);
                }

                Activate(before, activation, y);
                return;
            }

            MatrixView product = MatrixView.Of(before, Rows, Outputs);
            bool isPrepared = Bias is not null || Residual is not null;
            if (Weight.Stored is { } stored)
            {
                Forward(stored, product, isPrepared);
                Activate(before, activation, y);
                return;
            }

            MatrixProducts.Multiply(
                MatrixView.Of(X, Rows, Inputs),
                Factor,
                isPrepared ? 1 : 0,
                product,
                prepare: isPrepared ? (start, end) => Prepare(before, start, end) : null,
                finish: activation == Activation.None ? null : (start, end) =>
                {
                    Range range = (start * Outputs)..(end * Outputs);
                    ActivationKernels.Apply(activation, before.Values[range], y.Values[range]);
                });
        }

        private void Forward(StoredElements stored, MatrixView product, bool isPrepared)
        {
            if (isPrepared)
            {
                X.Context.Team.For(Rows, Math.Max(1, ActivationOperations.LeastElements / Math.Max(1, Outputs)), (start, end) => Prepare(product.Tensor, start, end));
            }

            MatrixView x = MatrixView.Of(X, Rows, Inputs);
            if (WeightIsTransposed)
            {
                StoredProducts.MultiplyInOut(x, stored, isPrepared ? 1 : 0, product);
            }
            else
            {
                StoredProducts.Multiply(x, stored, isPrepared ? 1 : 0, product);
            }
        }

        private static void Activate(Tensor before, Activation activation, Tensor y)
        {
            if (activation != Activation.None)
            {
                y.Context.Team.For(y.Count, ActivationOperations.LeastElements, (start, end) => ActivationKernels.Apply(
                    activation, before.Values[start..end], y.Values[start..end]));
            }
        }

        public void Backward(Tensor before, Activation activation, Tensor y, Tensor dy)
        {
            if (activation == Activation.None)
            {
                Backward(dy);
                if (Residual is not null)
                {
                    Gradients.HandOver(y, dy, Residual);
                }

                return;
            }

            // Nobody reads the gradient behind the activation again, so the one before it takes its place.
            ComputeContext context = X.Context;
            Tensor target = y.IsRetained ? context.AllocateUntracked(dy.Shape) : dy;
            context.Team.For(dy.Count, ActivationOperations.LeastElements, (start, end) => ActivationKernels.Backward(
                activation, before.Values[start..end], dy.Values[start..end], target.Values[start..end], accumulate: false));
            Backward(target);
            if (y.IsRetained)
            {
                target.Dispose();
            }
        }

        private void Backward(Tensor dy)
        {
            MatrixView gradient = MatrixView.Of(dy, Rows, Outputs);
            if (X.RequiresGradient)
            {
                Tensor dx = X.OpenGradient(out bool accumulate);
                MatrixProducts.Multiply(gradient, Factor.Transposed, accumulate ? 1 : 0, MatrixView.Of(dx, Rows, Inputs));
            }

            if (Weight.RequiresGradient)
            {
                Tensor dw = Weight.OpenGradient(out bool accumulate);
                MatrixView x = MatrixView.Of(X, Rows, Inputs);
                if (WeightIsTransposed)
                {
                    MatrixProducts.Multiply(x.Transposed, gradient, accumulate ? 1 : 0, MatrixView.Of(dw, Inputs, Outputs));
                }
                else
                {
                    MatrixProducts.Multiply(gradient.Transposed, x, accumulate ? 1 : 0, MatrixView.Of(dw, Outputs, Inputs));
                }
            }

            if (Bias is { RequiresGradient: true })
            {
                Tensor db = Bias.OpenGradient(out bool accumulate);
                Columns.Sum(X.Context.Team, dy, Rows, Outputs, db, accumulate);
            }
        }

        private void Prepare(Tensor y, int start, int end)
        {
            Span<float> target = y.Values[(start * Outputs)..(end * Outputs)];
            if (Residual is not null)
            {
                Residual.Values[(start * Outputs)..(end * Outputs)].CopyTo(target);
            }

            for (int row = 0; Bias is not null && row < end - start; row++)
            {
                Span<float> part = target.Slice(row * Outputs, Outputs);
                if (Residual is null)
                {
                    Bias.Values.CopyTo(part);
                }
                else
                {
                    Elementwise.Add(Bias.Values, part);
                }
            }
        }

        /// <summary>Rows of the weight, each times an element of x, added to a part of y that stays in the first-level cache.</summary>
        private void AddFewRows(Tensor y)
        {
            bool isPrepared = Bias is not null || Residual is not null;
            if (isPrepared)
            {
                Prepare(y, 0, Rows);
            }
            else
            {
                y.Values.Clear();
            }

            int least = Math.Max(64, (1 << 15) / Math.Max(1, Inputs * Rows));
            X.Context.Team.For(Outputs, least, (start, end) =>
            {
                for (int input = 0; input < Inputs; input++)
                {
                    for (int row = 0; row < Rows; row++)
                    {
                        AddScaled(X.Values[(row * Inputs) + input], (input * Outputs) + start, y.Values.Slice((row * Outputs) + start, end - start));
                    }
                }
            });
        }

        /// <summary>y += a times the elements of the weight from a place on.</summary>
        private void AddScaled(float a, int start, Span<float> y)
        {
            if (Weight.Stored is { } stored)
            {
                StoredKernels.MultiplyAdd(stored.DType, a, stored.Codes.Slice(start, y.Length), y);
            }
            else
            {
                Elementwise.MultiplyAdd(a, Weight.Values.Slice(start, y.Length), y);
            }
        }

        /// <summary>The sum of x times the elements of the weight from a place on.</summary>
        private float Dot(ReadOnlySpan<float> x, int start) => Weight.Stored is { } stored
            ? StoredKernels.Dot(stored.DType, stored.Codes.Slice(start, x.Length), x)
            : Elementwise.Dot(x, Weight.Values.Slice(start, x.Length));

        private void MultiplyFewRows(Tensor y)
        {
            int least = Math.Max(8, (1 << 15) / Math.Max(1, Inputs * Rows));
            X.Context.Team.For(Outputs, least, (start, end) =>
            {
                Span<float> target = y.Values;
                for (int output = start; output < end; output++)
                {
                    for (int row = 0; row < Rows; row++)
                    {
                        int place = (row * Outputs) + output;
                        float sum = Dot(X.Values.Slice(row * Inputs, Inputs), output * Inputs);
                        target[place] = sum + (Bias is null ? 0 : Bias.Values[output]) + (Residual is null ? 0 : Residual.Values[place]);
                    }
                }
            });
        }
    }
}
