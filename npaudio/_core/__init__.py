"""The foundation of all other packages: argument checks, atomic writes, the terminal line, threads."""
