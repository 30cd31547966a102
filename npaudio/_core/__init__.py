"""The foundation that every room stands on: argument checks, atomic writes, the terminal line, threads."""
