"""Position embeddings on a grid, and how they are fitted to a grid of another size.

Attention does not know in which order its tokens come. So every place of the grid of patches has a vector of its own,
learned like any weight, that is added to the token there. A network that was trained on 10 s has vectors for 101
columns; what should it do with 5 s, or with 20?

- Fewer places: cut them out of the middle. Each place keeps its vector, and neighbors stay neighbors.
- More places: interpolate bilinearly, so that the old grid is stretched over the new one. This is also how vectors that
  were learned on ImageNet's photographs (14 x 14 patches) came to start the Audio Spectrogram Transformer.

Both are linear along each axis, so each axis has a matrix M with one row a new place, and a grid E of vectors becomes
M_f E M_tᵀ. The gradient comes back through the transposed matrices, like that of any linear layer.

Conventions: vectors are (N, D) with N = F'·T' in the order of tokens, frequency first (see `nn.PatchEmbed`).

Source: Gong et al. 2021, section 2.2, and their published code for what is cut; PyTorch's `interpolate` with
`align_corners=False` for the bilinear weights.
"""

import numpy as np

Grid = tuple[int, int]


def fit_positions(positions: np.ndarray, grid: Grid, new_grid: Grid) -> np.ndarray:
    """Position embeddings for a grid of another size: the middle where it is smaller, stretched where it is larger.

    Parameters
    ----------
    positions : np.ndarray (F'·T', D)
        A vector for each place of `grid`.
    grid, new_grid : pair of int
        Rows (frequency) and columns (time).

    Returns
    -------
    np.ndarray (new F'·new T', D)
    """
    if len(positions) != grid[0] * grid[1]:
        raise ValueError(f"fit_positions: {len(positions)} positions do not make a grid of {grid[0]} x {grid[1]}")
    return _along_axes(positions, grid, axis_map(grid[0], new_grid[0]), axis_map(grid[1], new_grid[1]))


def fit_tokens(positions: np.ndarray, grid: Grid, new_grid: Grid) -> np.ndarray:
    """The same for vectors (S + F'·T', D) of special tokens, which stay as they are, and of a grid."""
    if grid == new_grid:
        return positions
    special, patches = np.split(positions, [len(positions) - grid[0] * grid[1]])
    return np.concatenate([special, fit_positions(patches, grid, new_grid)])


def fit_positions_backward(grad: np.ndarray, grid: Grid, new_grid: Grid) -> np.ndarray:
    """From the gradient of the new positions (new F'·new T', D) that of the old ones (F'·T', D).

    From E_new = M_f E M_tᵀ:  dE = M_fᵀ dE_new M_t.
    """
    return _along_axes(grad, new_grid, axis_map(grid[0], new_grid[0]).T, axis_map(grid[1], new_grid[1]).T)


def axis_map(n: int, new_n: int) -> np.ndarray:
    """Matrix (new_n, n) from n places of an axis to new_n places, each row of which sums to 1.

    >>> axis_map(4, 2)  # the two in the middle
    array([[0., 1., 0., 0.],
           [0., 0., 1., 0.]])
    >>> axis_map(2, 4)  # the middles of four intervals, seen from the middles of two
    array([[1.  , 0.  ],
           [0.75, 0.25],
           [0.25, 0.75],
           [0.  , 1.  ]])
    """
    matrix = np.zeros((new_n, n))
    rows = np.arange(new_n)
    if new_n <= n:
        matrix[rows, n // 2 - new_n // 2 + rows] = 1
        return matrix
    where = np.clip((rows + 0.5) * n / new_n - 0.5, 0, n - 1)  # in old places
    left = np.minimum(where.astype(int), n - 1)
    share = where - left
    matrix[rows, left] = 1 - share
    matrix[rows, np.minimum(left + 1, n - 1)] += share
    return matrix


def _along_axes(positions: np.ndarray, grid: Grid, over_rows: np.ndarray, over_columns: np.ndarray) -> np.ndarray:
    """M_f E M_tᵀ for a grid E of vectors."""
    vectors = positions.reshape(*grid, -1)  # (F', T', D)
    maps = over_rows.astype(positions.dtype), over_columns.astype(positions.dtype)
    new = np.einsum("af,bt,ftd->abd", *maps, vectors, optimize=True)  # (new F', new T', D)
    return new.reshape(-1, positions.shape[-1])
