"""Wrong answers made from a right one: the solution with one thing in it changed (a *mutant*).

    for mutant in mutants_of("ex01_stft"):
        print(mutant.function, mutant.sentence)      # hann  you divide by n - 1 instead of n

A *mutation operator* knows one way to be wrong, such as a sum where a mean belongs, and says so in the learner's terms.
`spots.py` finds the places of a syntax tree where something can be changed; `arithmetic.py`, `calls.py`, `names.py`
and `statements.py` hold the operators; `phrases.py` has the words; `solution.py` runs the changed solution.
"""

from exercises.checking.mutants.solution import Mutant, Solution, mutants_of, solution_of

__all__ = ["Mutant", "Solution", "mutants_of", "solution_of"]
