"""Which mistake is it? The answer is compared with wrong versions of the solution on fresh inputs.

Known mistakes come first, written by hand; then the mutants, the solution with one thing changed; then two changes at
once, where that is quick. A version is named only if it agrees with the answer on all of FRESH inputs, is itself wrong
on several of them, and fails the same check with the same value. So a sentence is never a guess.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations

from exercises.checking.mistakes import Mistake, Mistakes
from exercises.checking.mutants import Mutant, mutants_of, solution_of
from exercises.checking.probes import Probe, agree, observe, probes_of
from exercises.checking.probes.asking import Names, Observed, Raised, is_right

FRESH = 20  # inputs on which a wrong version and the answer must agree
TELLING = 3  # of them on which the version must differ from what is right
MORE = 40  # others, on which what was found is put to the test once more
LOOK, MOST = 0.15, 300  # seconds, and inputs, to find rare ones on which the answer is wrong
SECONDS = 0.8  # of computing for the whole search
PAIRS, MOST_PAIRS = 0.3, 500  # of them for two changes at once, and how many that are tried at all


class Late(Exception):
    """The search has taken as long as it may."""


@dataclass(frozen=True)
class Found:
    """A wrong version that agrees with the answer: what it is called, and what it gives for a probe's inputs."""

    sentence: str
    version: "Version"
    probes: tuple[Probe, ...]  # under which it agrees
    by_hand: bool = False


Version = Callable[[Probe, int], Observed | None]  # None where a hand-written version does not survive


@dataclass
class Patient:
    """An answer that failed a check.

    Parameters
    ----------
    exercise, function : str
        What was asked.
    part : int, str or None
        Which part of the result was wrong, if that is known.
    names : dict
        The names of the answer's module.
    mistakes : list of Mistakes
        Known mistakes of the exercise.
    confirmed : callable
        Whether the same check fails for a module in the same way.
    """

    exercise: str
    function: str
    part: int | str | None
    names: Names
    mistakes: list[Mistakes]
    confirmed: Callable[[Names], bool] = lambda names: True
    until: float = field(default_factory=lambda: time.thread_time() + SECONDS)

    def probes(self) -> list[Probe]:
        """The probes that concern it."""
        return probes_of(self.exercise, self.function, self.part)

    def watch(self, left: float = 0.0) -> None:
        """Stop a search that takes too long, or will with the seconds that are left to do."""
        if time.thread_time() + left > self.until:
            raise Late


def diagnose(patient: Patient) -> list[Found]:
    """All wrong versions that are the answer, as far as can be told; none if there is none or the time is over."""
    try:
        symptoms = [symptom for probe in patient.probes() if (symptom := look(patient, probe))]
        if not any(symptom.valued for symptom in symptoms):
            return []  # right, or it comes to no value: then the error says more
        found = known(patient, symptoms) or mutated(patient, symptoms) or twice(patient, symptoms)
        return [each for each in found if holds(patient, each)]
    except Late:
        return []


def holds(patient: Patient, found: Found) -> bool:
    """Whether what was found agrees with the answer on many more inputs."""
    for probe in found.probes:
        for seed in probe.some(range(MOST, MOST + MORE)):
            version = found.version(probe, seed)
            if version is not None and not agree(version, observe(probe, patient.names, seed)):
                return False
    return True


@dataclass(frozen=True)
class Symptom:
    """What the answer gives for a probe; the inputs on which it is wrong come first."""

    probe: Probe
    seeds: list[int]
    yours: dict[int, Observed]
    valued: int  # so many of them give a wrong value; on others it may stop with an error


def look(patient: Patient, probe: Probe) -> Symptom | None:
    """The answer's symptom under a probe, unless it is right there."""
    yours: dict[int, Observed] = {}
    wrong: list[int] = []
    valued = 0
    start = time.thread_time()
    for seed in probe.some(range(MOST)):
        patient.watch(left=(time.thread_time() - start) / (seed + 1) * (FRESH - seed - 1) if seed > 1 else 0.0)
        yours[seed] = observe(probe, patient.names, seed)
        if not is_right(probe, seed, yours[seed], right(patient.exercise, probe, seed)):
            wrong.append(seed)
            valued += not isinstance(yours[seed].value, Raised)
        if seed >= FRESH - 1 and (valued >= TELLING or time.thread_time() - start > LOOK):
            break
    seeds = wrong + [seed for seed in yours if seed not in wrong][:FRESH]
    return Symptom(probe, seeds, yours, valued) if wrong else None


def is_ill(exercise: str, function: str, names: Names) -> bool:
    """Whether a function of the answer is wrong on some fresh input."""
    probes = probes_of(exercise, function)
    pairs = ((probe, seed) for probe in probes for seed in probe.some(range(4)))
    return any(
        not is_right(probe, seed, observe(probe, names, seed), right(exercise, probe, seed)) for probe, seed in pairs
    )


@cache
def right(exercise: str, probe: Probe, seed: int) -> Observed:
    """What the solution gives."""
    return observe(probe, solution_of(exercise).right, seed)


@cache
def changed(exercise: str, *mutants: Mutant) -> Names:
    """The names of a mutant's module."""
    return solution_of(exercise).names(*mutants)


def known(patient: Patient, symptoms: list[Symptom]) -> list[Found]:
    """The hand-written mistakes that agree with the answer, from the first list that has any."""
    firsts = list(_firsts(patient, symptoms))
    for mistakes in patient.mistakes:
        found = []
        if mistakes.function.rpartition(".")[2] == patient.function.rpartition(".")[2]:
            for mistake in mistakes.known:
                version = _by_hand(mistake, mistakes)
                probes = tuple(symptom.probe for symptom in firsts if _agrees(patient, symptom, version))
                found += [Found(mistake.text, version, probes, by_hand=True)] if probes else []
        if found:
            return found
    return []


def _firsts(patient: Patient, symptoms: list[Symptom]) -> Iterator[Symptom]:
    """The probes whose inputs are those of the known mistakes: the first of each part."""
    seen = set()
    for symptom in symptoms:
        if symptom.valued and symptom.probe.part not in seen and symptom.probe in _first_probes(patient):
            seen.add(symptom.probe.part)
            yield symptom


def _first_probes(patient: Patient) -> list[Probe]:
    firsts: dict[object, Probe] = {}
    for probe in patient.probes():
        firsts.setdefault(probe.part, probe)
    return list(firsts.values())


def _by_hand(mistake: Mistake, known: Mistakes) -> Version:
    def version(probe: Probe, seed: int) -> Observed | None:
        part = None if known.part is not None else probe.part
        if known.part not in (None, probe.part):
            return None
        try:
            value = mistake.value(probe.draw(seed), part)
            return Observed(value if probe.view is None else probe.view(value, *probe.draw(seed)))
        except Exception:
            return None

    return version


def mutated(patient: Patient, symptoms: list[Symptom]) -> list[Found]:
    """The mutants that agree with the answer under all probes that it fails."""
    found = []
    for mutant in concerned(patient.exercise, symptoms[0].probe):
        patient.watch()
        version = _changed(patient.exercise, mutant)
        fits = all(_agrees(patient, symptom, version) for symptom in symptoms)
        if fits and patient.confirmed(changed(patient.exercise, mutant)):
            found.append(Found(mutant.sentence, version, tuple(symptom.probe for symptom in symptoms)))
    return found


def twice(patient: Patient, symptoms: list[Symptom]) -> list[Found]:
    """Two changes of the same function at once, if they can be gone through quickly."""
    own = [mutant for mutant in concerned(patient.exercise, symptoms[0].probe)
           if mutant.function.rpartition(".")[2] == patient.function.rpartition(".")[2]]  # fmt: skip
    pairs = [pair for pair in combinations(own, 2) if not _nested(*pair)]
    if len(pairs) > MOST_PAIRS:
        return []
    until = min(patient.until, time.thread_time() + PAIRS)
    found = []
    for pair in pairs:
        if time.thread_time() > until:
            return []
        version = _changed(patient.exercise, *pair)
        fits = all(_agrees(patient, symptom, version) for symptom in symptoms)
        if fits and patient.confirmed(solution_of(patient.exercise).names(*pair)):
            probes = tuple(symptom.probe for symptom in symptoms)
            found.append(Found(f"{pair[0].sentence}, and {pair[1].sentence}", version, probes))
    return found


def _nested(one: Mutant, other: Mutant) -> bool:
    """Whether one changes what the other replaces."""
    nodes = (one.spot.node, other.spot.node)
    return nodes[0] is nodes[1] or nodes[0] in other.spot.above or nodes[1] in one.spot.above


def _changed(exercise: str, *mutants: Mutant) -> Version:
    def version(probe: Probe, seed: int) -> Observed:
        if len(mutants) == 1:
            return _remembered(exercise, mutants[0], probe, seed)
        return observe(probe, solution_of(exercise).names(*mutants), seed)

    return version


@cache
def _remembered(exercise: str, mutant: Mutant, probe: Probe, seed: int) -> Observed:
    try:
        return observe(probe, changed(exercise, mutant), seed)
    except SyntaxError:  # a change that is no Python
        return Observed(Raised("SyntaxError"))


def _agrees(patient: Patient, symptom: Symptom, version: Version) -> bool:
    """Whether a version gives what the answer gives, on all inputs that it survives, among them telling ones."""
    telling = survived = 0
    for seed in symptom.seeds:
        value = version(symptom.probe, seed)
        if value is None:
            continue
        if not agree(value, symptom.yours[seed]):
            return False
        survived += 1
        if not isinstance(value.value, Raised):
            telling += not is_right(symptom.probe, seed, value, right(patient.exercise, symptom.probe, seed))
        patient.watch()
    return telling >= min(TELLING, symptom.valued) and survived >= min(FRESH, len(symptom.seeds)) // 2


def concerned(exercise: str, probe: Probe) -> Iterator[Mutant]:
    """The mutants of the functions that a probe reaches."""
    reached = reach(exercise, (probe.function, *probe.uses))
    return (mutant for mutant in mutants_of(exercise) if mutant.function.rpartition(".")[2] in reached)


@cache
def reach(exercise: str, functions: tuple[str, ...]) -> frozenset[str]:
    """Short names of the solution's functions that these call, and they themselves."""
    calls = solution_of(exercise).calls()
    reached: set[str] = set()
    waiting = [name.rpartition(".")[2] for name in functions]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += calls.get(name, ())
    return frozenset(reached)


def told(found: Iterable[Found]) -> tuple[str, list[str]]:
    """The sentence for what was found, and the sentences of its parts."""
    found = list(found)
    sentences = list(dict.fromkeys(each.sentence for each in found))
    if found[0].by_hand:
        return _by_hand_told(sentences), sentences
    first = ", or when ".join(sentences[:3])
    more = len(sentences) - 3
    rest = f", or by {more} other change{'s' if more > 1 else ''}" if more > 0 else ""
    return f"your values are what comes out when {first}{rest}.", sentences


def _by_hand_told(sentences: list[str]) -> str:
    if len(sentences) == 1:
        return sentences[0]
    heads = [sentence.split("\n")[0].rstrip(".") for sentence in sentences[:3]]
    return "several mistakes give just these values. Either " + "; or ".join(heads) + "."
