"""Wrong and right answers to exercise 10."""

from tests.exercises.planting import Planted

CENTRES = "np.clip((np.arange(n_new) + 0.5) * n_old / n_new - 0.5, 0, n_old - 1)"

PLANTED = [
    Planted("time-major patches", code="""
        def extract_patches(mel, patch, stride):
            patches = []
            for t in range(0, mel.shape[1] - patch + 1, stride):
                for f in range(0, mel.shape[0] - patch + 1, stride):
                    patches.append(mel[f : f + patch, t : t + patch].ravel())
            return np.array(patches)
        """, says="in time-major order: the second one lies above the first"),
    Planted("each patch time first", {".ravel()": ".T.ravel()"}, says="each is flattened time first"),
    Planted("spectrogram transposed", {"n_rows = 1": "mel = mel.T\n    n_rows = 1"},
            says="the spectrogram is transposed"),
    Planted("stride not used", {"n_rows = 1": "stride = patch; n_rows = 1"}, says="lie side by side"),
    Planted("first patch not counted", {"= 1 + (mel.shape[0]": "= (mel.shape[0]", "= 1 + (mel.shape[1]":
            "= (mel.shape[1]"}, says="the last row and the last column"),
    Planted("rounded up", code="""
        def extract_patches(mel, patch, stride):
            more = [(0, -(n - patch) % stride) for n in mel.shape]
            windows = np.lib.stride_tricks.sliding_window_view(np.pad(mel, more), (patch, patch))
            return windows[::stride, ::stride].reshape(-1, patch * patch)
        """, says="fill up the ends with zeros"),
    Planted("reshape only, as for an image that fits", code="""
        def extract_patches(mel, patch, stride):
            rows, columns = 1 + (mel.shape[0] - patch) // stride, 1 + (mel.shape[1] - patch) // stride
            return np.resize(mel.reshape(-1), (rows * columns, patch * patch))
        """, says="you only reshape"),
    Planted("no overlap by reshape", code="""
        def extract_patches(mel, patch, stride):
            f, t = mel.shape[0] // patch, mel.shape[1] // patch
            cut = mel[: f * patch, : t * patch].reshape(f, patch, t, patch)
            return cut.transpose(0, 2, 1, 3).reshape(f * t, patch * patch)
        """, says="stride is not used"),
    Planted("patches as squares", {"return patches\n": "return patches.reshape(-1, patch, patch)\n"},
            says="your patches are not flattened"),
    Planted("align_corners=True", {CENTRES: "np.linspace(0, n_old - 1, n_new)"}, says="align_corners=True"),
    Planted("no halves", {CENTRES: "np.clip(np.arange(n_new) * n_old / n_new, 0, n_old - 1)"},
            says="the half is missing"),
    Planted("half of the halves", {"n_new - 0.5": "n_new"}, says="the second half is missing"),
    Planted("nearest", {CENTRES: "(np.arange(n_new) + 0.5) * n_old // n_new"}, says="nothing is interpolated"),
    Planted("straight on", code="""
        def _between_places(n_old, n_new):
            c = (np.arange(n_new) + 0.5) * n_old / n_new - 0.5
            low = np.clip(np.floor(c).astype(int), 0, n_old - 2)
            matrix = np.zeros((n_new, n_old))
            matrix[np.arange(n_new), low] = 1 - (c - low)
            matrix[np.arange(n_new), low + 1] = c - low
            return matrix
        """, says="go on with the straight line"),
    Planted("grids as time and frequency", {"pos.reshape(*old_grid": "pos.reshape(*old_grid[::-1]",
            "_between_places(old_grid[0], new_grid[0]), _between_places(old_grid[1], new_grid[1])":
            "_between_places(old_grid[1], new_grid[1]), _between_places(old_grid[0], new_grid[0])"},
            says="the grids as (time, frequency)"),
    Planted("time-major vectors", {"fsd\"": "sfd\""}, says="your vectors are right, but in time-major order"),
    Planted("a list, not a grid", code="""
        def interpolate_positions(pos, old_grid, new_grid):
            return _between_places(len(pos), new_grid[0] * new_grid[1]) @ pos
        """, says="from the end of one row into the next"),
    Planted("repeated list", code="""
        def interpolate_positions(pos, old_grid, new_grid):
            return np.resize(pos, (new_grid[0] * new_grid[1], pos.shape[1]))
        """, says="cut off or repeat"),
    Planted("a grid comes back", {"grid.reshape(-1, pos.shape[1])": "grid"}, says="you return a grid of vectors"),
    Planted("no clipping: the ends fade to zero", {CENTRES: "(np.arange(n_new) + 0.5) * n_old / n_new - 0.5"}),
    Planted("one frame late", {"t : t + patch]": "t + 1 : t + 1 + patch]", "mel.shape[1] - patch)":
            "mel.shape[1] - 1 - patch)"}),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("strided view and np.interp", code="""
        def extract_patches(mel, patch, stride):
            windows = np.lib.stride_tricks.sliding_window_view(mel, (patch, patch))[::stride, ::stride]
            return windows.reshape(-1, patch * patch).astype(np.float32)

        def interpolate_positions(pos, old_grid, new_grid):
            (f0, t0), (f1, t1) = old_grid, new_grid
            fc, tc = (np.arange(f1) + 0.5) * f0 / f1 - 0.5, (np.arange(t1) + 0.5) * t0 / t1 - 0.5
            out = np.empty((f1, t1, pos.shape[1]), np.float32)
            for d in range(pos.shape[1]):
                image = pos[:, d].reshape(f0, t0)
                wide = np.array([np.interp(tc, np.arange(t0), row) for row in image])
                out[..., d] = np.array([np.interp(fc, np.arange(f0), column) for column in wide.T]).T
            return out.reshape(f1 * t1, -1)
        """),
    Planted("loops and lists, four neighbours", code="""
        import math

        def extract_patches(mel, patch, stride):
            result = []
            for f in range(0, len(mel) - patch + 1, stride):
                for t in range(0, len(mel[0]) - patch + 1, stride):
                    result.append([float(mel[f + i][t + j]) for i in range(patch) for j in range(patch)])
            return result

        def neighbours(j, old, new):
            c = min(max((j + 0.5) * old / new - 0.5, 0), old - 1)
            low = math.floor(c)
            return low, min(low + 1, old - 1), c - low

        def interpolate_positions(pos, old_grid, new_grid):
            vectors = pos.tolist()
            result = []
            for f in range(new_grid[0]):
                a, b, up = neighbours(f, old_grid[0], new_grid[0])
                for t in range(new_grid[1]):
                    c, d, right = neighbours(t, old_grid[1], new_grid[1])
                    at = [vectors[r * old_grid[1] + s] for r in (a, b) for s in (c, d)]
                    shares = [(1 - up) * (1 - right), (1 - up) * right, up * (1 - right), up * right]
                    result.append([sum(w * v for w, v in zip(shares, numbers)) for numbers in zip(*at)])
            return result
        """),
    Planted("one matrix for the whole grid", code="""
        def interpolate_positions(pos, old_grid, new_grid):
            both = np.kron(_between_places(old_grid[0], new_grid[0]), _between_places(old_grid[1], new_grid[1]))
            return both @ pos
        """),
    Planted("index arrays, and neighbours with their shares", code="""
        def extract_patches(mel, patch, stride):
            f = np.arange(0, mel.shape[0] - patch + 1, stride)[:, None, None, None] + np.arange(patch)[:, None]
            t = np.arange(0, mel.shape[1] - patch + 1, stride)[:, None, None] + np.arange(patch)
            return mel[f, t].reshape(-1, patch**2)

        def line(values, new):
            old = len(values)
            place = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
            low = np.floor(place).astype(int)
            share = (place - low).reshape(-1, *[1] * (values.ndim - 1))
            return values[low] * (1 - share) + values[np.minimum(low + 1, old - 1)] * share

        def interpolate_positions(pos, old_grid, new_grid):
            tall = line(np.reshape(pos, (*old_grid, -1)), new_grid[0])
            return np.swapaxes(line(np.swapaxes(tall, 0, 1), new_grid[1]), 0, 1).reshape(np.prod(new_grid), -1)
        """),
    Planted("recursion over rows, generators", code="""
        def row_of(mel, patch, stride):
            while mel.shape[1] >= patch:
                yield mel[:patch, :patch].flatten()
                mel = mel[:, stride:]

        def extract_patches(mel, patch, stride):
            if len(mel) < patch:
                return []
            return list(row_of(mel, patch, stride)) + extract_patches(mel[stride:], patch, stride)
        """),
]  # fmt: skip
