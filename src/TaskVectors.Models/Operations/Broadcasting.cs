using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>Walks two shapes as they are repeated to fill a third.</summary>
internal static class Broadcasting
{
    public static void ForEachRow(TensorShape target, TensorShape left, TensorShape right, Action<BroadcastRow> body)
    {
        if (target.ElementCount == 0)
        {
            return;
        }

        int[] leftStrides = Shapes.BroadcastStrides(left, target);
        int[] rightStrides = Shapes.BroadcastStrides(right, target);
        int last = target.Rank - 1;
        if (last < 0)
        {
            body(new BroadcastRow(0, 0, 0, 0, 0, 1));
            return;
        }

        int length = (int)target[last];
        int[] position = new int[target.Rank];
        (int l, int r) = (0, 0);
        for (int start = 0; start < target.ElementCount; start += length)
        {
            body(new BroadcastRow(l, leftStrides[last], r, rightStrides[last], start, length));
            for (int axis = last - 1; axis >= 0; axis--)
            {
                l += leftStrides[axis];
                r += rightStrides[axis];
                if (++position[axis] < target[axis])
                {
                    break;
                }

                l -= leftStrides[axis] * position[axis];
                r -= rightStrides[axis] * position[axis];
                position[axis] = 0;
            }
        }
    }
}
