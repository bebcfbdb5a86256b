"""Paths by brute force: every sequence of occupations, counted by hand with plain numbers, then the stated rules."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from passerelles.model import Credential, Occupation
from passerelles.referentials.credentials import Estimate, duration_model
from passerelles.referentials.referential import Referential
from passerelles.settings import Settings

CAPS = {"savoir-faire": 70.0, "savoir": 35.0, "savoir-être": 35.0}
HOURS = {"savoir-faire": 7.0, "savoir": 3.5, "savoir-être": 3.5}
ADAPTATION, TITLED, PER_LEVEL, POWER, PART = 0.9, 0.5, 0.3, 1.5, 0.5
# What the fiches here say of access, and the level that it means; 4 where it names none, or for a person without a job.
LEVELS = {
    "": 4,
    "Un permis.": 4,
    "Sans diplôme.": 2,
    "CAP exigé.": 3,
    "Un BTS.": 5,
    "Une licence, bac +3.": 6,
    "Master, bac +5.": 7,
}
EXACT = "Certifications et habilitations"  # names of certificates: nothing to learn beside these
NO_LEVEL = ("", "Un permis.")
NO_JOB = 4
PRACTISED = ("savoir-faire", "savoir-être")


@dataclass(frozen=True)
class Person:
    """Where a path of the oracle starts: an occupation or none, what is held, what is stated of credentials."""

    code: str | None
    items: frozenset[str] = frozenset()
    stated: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Found:
    """A path of the oracle; hours in tenths."""

    codes: tuple[str, ...]
    hours: int
    weakest: float
    fit: int
    cost: int

    @property
    def steps(self) -> int:
        return len(self.codes)

    @property
    def months(self) -> float:
        return self.hours / 10 / 140.0 + 12.0 * (self.steps - 1)


class Oracle:
    """A referential counted by plain loops; `strength` gives the strength of a move, `score` its score."""

    def __init__(
        self,
        referential: Referential,
        settings: Settings,
        strength: Callable[[str | None, str], float],
        score: Callable[[str | None, str], float],
        *,
        calibrated: bool,
    ) -> None:
        self.referential, self.settings = referential, settings
        self.strength, self.score, self.calibrated = strength, score, calibrated
        learned = {c.code for c in referential.competencies if c.category != EXACT}
        self.wants = {
            o.code: {r.competency for r in referential.requirements if r.occupation == o.code} & learned
            for o in referential.occupations
        }
        self.kind = {c.code: c.kind for c in referential.competencies}
        self.level = {o.code: self.level_of(o) for o in referential.occupations}
        self.says = {o.code for o in referential.occupations if o.access not in NO_LEVEL or o.level is not None}
        codes = {o.code: o.base or o.code for o in referential.occupations}
        self.field = {code: fiche[0] if re.fullmatch("[A-Z][0-9]{4}", fiche) else "" for code, fiche in codes.items()}
        self.leads = {o.code for o in referential.occupations if o.managerial == "yes"}
        self.beginners = {a.occupation for a in referential.occupation_access if a.beginners == "yes"}
        self.macro = {c.code: (c.code if c.is_macro else c.macro) for c in referential.competencies}

    @staticmethod
    def level_of(occupation: Occupation) -> int:
        """European level at which people enter, from 2 to 7: the one given, else that of the text."""
        return LEVELS[occupation.access] if occupation.level is None else min(7, max(2, math.floor(occupation.level)))

    # Credentials.
    def chain(self, code: str, seen: frozenset[str] = frozenset()) -> set[str]:
        if code in seen:
            return set()
        found = {code}
        for required in self.referential.credential_by_code[code].prerequisites:
            found |= self.chain(required, seen | {code})
        return found

    def needs(self, occupation: str) -> set[str]:
        rows = self.referential.credential_requirements
        direct = [r.credential for r in rows if r.occupation == occupation and r.kind == "required"]
        return {c for d in direct for c in self.chain(d)}

    def circular(self, code: str) -> bool:
        waiting = list(self.referential.credential_by_code[code].prerequisites)
        seen: set[str] = set()
        while waiting:
            each = waiting.pop()
            if each == code:
                return True
            if each not in seen:
                seen.add(each)
                waiting += self.referential.credential_by_code[each].prerequisites
        return False

    def unknown(self, credentials: set[str]) -> set[str]:
        return {c for c in credentials if self.credential(c).hours.expected is None}

    def credential(self, code: str) -> Credential:
        return self.referential.credential_by_code[code]

    def hidden(self, occupation: str) -> bool:
        """Regulated, and nothing says what gives access."""
        return self.referential.occupation_by_code[occupation].regulated == "yes" and not self.needs(occupation)

    def qualified(self, occupation: str, missing: set[str]) -> bool:
        """Whether somebody holds the titles that a job requires: nothing is left to learn but what else is required."""
        titles = {c for c in self.needs(occupation) if self.credential(c).kind == "titre"}
        return bool(titles) and not {c for c in titles & missing if self.credential(c).hours.expected != 0}

    def holds(self, person: Person) -> set[str]:
        """Credentials of a person: those of the job, unless stated otherwise, and what those held suppose."""
        known = dict.fromkeys(self.needs(person.code) | self.years(person.code), "yes") if person.code else {}
        known |= dict(person.stated)
        for code in [c for c, held in known.items() if held == "yes"]:
            for before in self.chain(code) - {code}:
                known.setdefault(before, "yes")
        return {c for c, held in known.items() if held == "yes"}

    def has(self, person: Person) -> set[str]:
        """Competencies of a person."""
        return set(person.items) | (self.wants[person.code] if person.code else set())

    def place(self, person: Person, target: str) -> tuple[bool, bool]:
        """Where paths to a target come in the list of all: what nobody can obtain last, unknown hours before it."""
        needs = self.needs(target) - self.holds(person)
        blank = not self.wants[target] and not self.qualified(target, needs)
        unknown = bool(self.unknown(needs)) or blank or self.hidden(target)
        return any(self.circular(c) for c in needs), unknown

    # Effort.
    def titles(self, occupation: str) -> list[float]:
        """Known hours of the titles and diplomas that a job requires; up to level 3, of certificates too."""
        kinds = ("titre", "diplôme", "certificat") if self.level[occupation] <= 3 else ("titre", "diplôme")
        needed = [self.credential(c) for c in self.needs(occupation)]
        return [c.hours.expected for c in needed if c.kind in kinds and c.hours.expected]

    def free(self, occupation: str) -> bool:
        """Whether what access takes is known, and no title or diploma is among it."""
        return occupation in {a.occupation for a in self.referential.occupation_access} and not self.titled(occupation)

    def asked(self, occupation: str) -> list[Credential]:
        """What employers usually ask for."""
        rows = self.referential.credential_requirements
        return [self.credential(r.credential) for r in rows if r.occupation == occupation and r.kind == "usual"]

    def years(self, occupation: str) -> set[str]:
        """Years in a trade that they usually ask for."""
        return {c.code for c in self.asked(occupation) if c.kind == "experience"}

    def usual(self, occupation: str) -> Credential | None:
        """Title of its level that the employers of a free job ask for, its own courses being unknown."""
        level = self.level[occupation]
        found = [c for c in self.asked(occupation) if c.kind == "diplôme" and c.level == level]
        return found[0] if found and self.free(occupation) and not self.titles(occupation) else None

    def estimated(self, occupation: str) -> bool:
        """Whether neither law nor employers ask for a title of its level, nor is it learnt by a short course."""
        level = self.level[occupation]
        return self.free(occupation) and not self.titles(occupation) and level > 2 and self.usual(occupation) is None

    def led(self, occupation: str) -> bool:
        """Whether an open job up to level 6 is a manager's, or given after years in the trade."""
        known = occupation in self.leads or bool(self.years(occupation))
        return known and self.estimated(occupation) and self.level[occupation] <= 6

    def opened(self, occupation: str) -> tuple[set[str], int]:
        """
        Practice that opens an estimated job, and the diploma after which it does: a lower one than the job's.

        Of a job that is led, practice after no diploma opens it too.
        """
        if not self.estimated(occupation):
            return set(), 0
        after = {code: self.credential(code).level or 0 for code in self.years(occupation)}
        lower = {code: level for code, level in after.items() if 0 < level < self.level[occupation]}
        if lower:
            return set(lower), min(lower.values())
        return {code for code, level in after.items() if not level and self.led(occupation)}, 0

    def ways(self, occupation: str) -> set[str]:
        """What lets who brings it adapt to the post alone, or nearly so."""
        title = self.usual(occupation)
        return {title.code} if title else self.opened(occupation)[0]

    def entitled(self, occupation: str, person: Person, stages: Sequence[str]) -> bool:
        """Whether somebody brings what a job usually asks for: holds it, or comes from a job that asks for it."""
        ways, denied = self.ways(occupation), {code for code, held in person.stated if held == "no"}
        own = self.ways(person.code) - denied if person.code else set()
        return any(not ways.isdisjoint(of) for of in (self.holds(person), own, *map(self.ways, stages)))

    def estimate(self, occupation: str, level: int) -> Estimate:
        """Hours of the courses of a level, in the field of a job."""
        return duration_model().estimate(level, self.field[occupation])

    def full(self, occupation: str) -> tuple[float, float]:
        """Hours of the whole, and of its short end for who holds its level."""
        own, known = self.level[occupation], self.titles(occupation)
        course = duration_model().course
        if known:
            return max(known), min(course, max(known))
        if own == 2:
            return (35.0, 35.0) if occupation in self.beginners else (course, course)
        low, expected, _ = self.estimate(occupation, own)
        if title := self.usual(occupation):
            return title.hours.expected or 0.0, min(title.hours.expected or 0.0, title.hours.low or low)
        part = PART if self.free(occupation) else 1.0
        return expected * (part if own < 6 else 1.0), low * part

    def proves(self, occupation: str) -> int:
        """Level that a stage proves: that of a job which a title or diploma opens."""
        return self.level[occupation] if self.titles(occupation) or self.titled(occupation) else 0

    def titled(self, occupation: str) -> bool:
        """Whether a job requires a title or diploma, of whatever length."""
        return any(self.credential(c).kind in ("titre", "diplôme") for c in self.needs(occupation))

    def free_degree(self, occupation: str, level: int) -> bool:
        """Whether a job asks for a degree of that level, and for no title or diploma of its own."""
        return self.level[occupation] == level and not self.titled(occupation)

    def studies(self, occupation: str, level: int) -> float:
        """Hours of the diplomas before a degree, by the level held."""
        bac, first = (self.estimate(occupation, n).expected for n in (4, 6))
        part = self.part(occupation)
        if self.free_degree(occupation, 6):
            return part * bac if level < 4 else 0.0
        if self.free_degree(occupation, 7):
            third = 0.0 if self.free(occupation) else first / 3
            return {2: part * (bac + first), 3: part * (bac + first), 4: part * first, 5: third}.get(level, 0.0)
        return 0.0

    def trade(self, occupation: str, level: int) -> float:
        """Hours of the qualification itself, by the level held."""
        whole, _ = self.full(occupation)
        own, part = self.level[occupation], self.part(occupation)
        if self.free_degree(occupation, 7) and self.free(occupation):  # its last year
            return whole / 2 if level >= 5 else part * whole
        if self.free_degree(occupation, 6):
            last = min(whole, max(whole / 3, 500.0))
            short = self.estimate(occupation, 5).expected if self.led(occupation) else last
            return last if level >= 5 else min(whole, max(part * whole, short))
        # No level stands for years in a trade below a diploma of two years.
        below = level < own or (own < 5 and bool(self.opened(occupation)[0]))
        return self.estimate(occupation, own).expected if self.led(occupation) and below else whole

    def part(self, occupation: str) -> float:
        """Share of a degree by which who is below level 5 learns a job that is open to all, asking for no practice."""
        own = self.level[occupation]
        if own < 6 or not self.free(occupation) or any(c.kind != "permis" for c in self.asked(occupation)):
            return 1.0
        kind = next(o.riasec for o in self.referential.occupations if o.code == occupation)
        deals = occupation in self.leads and "E" in kind and "I" not in kind and "R" not in kind
        return PART if own == 6 or deals else 1.0

    def brought(self, occupation: str, level: int) -> tuple[float, int]:
        """Hours of the qualification for who brings what the job asks for, and the level that this stands for."""
        practice, entry = self.opened(occupation)
        if not practice:
            return min(self.trade(occupation, level), duration_model().course), 7
        own = self.level[occupation]
        return min(PART * self.estimate(occupation, entry or own).expected, self.trade(occupation, 7)), entry

    def blocks(self, occupation: str, held: set[str]) -> tuple[int, int]:
        """S and P in thousandths of an hour."""
        missing: dict[str, float] = {}
        macros_held = {self.macro[c] for c in held} - {None}
        for item in self.wants[occupation]:
            kind, macro = self.kind[item], self.macro[item]
            near = macro in held if item != macro else macro in macros_held
            left = 0.0 if item in held else 0.5 if near else 1.0
            block = "être" if kind == "savoir-être" else "savoir" if kind == "savoir" else f"sf {macro}"
            missing[block] = missing.get(block, 0.0) + left * HOURS[kind]
        for macro in {self.macro[i] for i in self.wants[occupation] if self.kind[i] == "savoir-faire"} - {None}:
            missing[f"sf {macro}"] += 0.0 if macro in macros_held else 35.0
        total = practised = 0
        for block, hours in missing.items():
            of_block = {"être": "savoir-être", "savoir": "savoir"}.get(block, "savoir-faire")
            value = round(1000 * (CAPS[of_block] * hours / (CAPS[of_block] + hours)))
            total += value
            practised += value if of_block in PRACTISED else 0
        return total, practised

    def most(self, occupation: str, level: int) -> float:
        """The most that a post teaches: no title, where one is asked for and its own length does not count."""
        estimated = not self.titles(occupation) and self.level[occupation] > 2
        asks = self.usual(occupation) is not None or (estimated and self.titled(occupation))
        up = max(0, self.level[occupation] - level)
        return max(0.0, (TITLED if asks else ADAPTATION) - PER_LEVEL * up)

    def step(
        self, occupation: str, held: set[str], credentials: set[str], level: int, *, last: bool, entitled: bool = False
    ) -> int:
        total, practised = self.blocks(occupation, held)
        whole, _ = self.blocks(occupation, set())
        raw = 0.0
        if whole:
            share = total / whole
            most, studies = self.most(occupation, level), self.studies(occupation, level)
            full, (_, short), own = self.trade(occupation, level), self.full(occupation), self.level[occupation]
            if entitled:  # a course at most is left of the trade, or half of the one that practice stands for
                (full, entry), studies = self.brought(occupation, level), 0.0
                level = max(level, entry)
                most = max(0.0, ADAPTATION - PER_LEVEL * max(0, own - level))
            spared = max(0.0, full - short) * (1 - share**POWER) if level >= own else 0.0
            trade = round(full - spared, 9)
            if not last:
                trade *= 1.0 - min(1.0, self.settings.paths.practice_share * (practised / max(total, 1)))
            raw = round(share * (1 - most * (1 - share**POWER)), 9) * (trade + studies)
        missing = self.needs(occupation) - credentials
        certified = 0
        for c in missing:
            hours = self.credential(c).hours
            certified += round(10 * (hours.expected if hours.expected is not None else hours.low or 0.0))
        if self.qualified(occupation, missing):
            return certified
        return max(round(10 * raw), certified)

    def level_at(self, person: Person) -> int:
        """Level that somebody starts from: that of their job, or of a diploma that they hold."""
        diplomas = [c.level or 0 for c in map(self.credential, self.holds(person)) if c.kind in ("titre", "diplôme")]
        return max(self.level[person.code] if person.code else NO_JOB, *diplomas, 0)

    def walk(self, person: Person, codes: Sequence[str]) -> int:
        held, credentials, hours = self.has(person), self.holds(person), 0
        level = self.level_at(person)
        target = codes[-1]
        has = self.entitled(target, person, ())
        direct = self.step(target, held, credentials, level, last=True, entitled=has)
        total, practised = self.blocks(target, held)
        for number, code in enumerate(codes[:-1]):
            has = self.entitled(code, person, codes[:number])
            hours += self.step(code, held, credentials, level, last=False, entitled=has)
            held |= self.wants[code]
            credentials |= self.needs(code)
            level = max(level, self.proves(code))
        has = self.entitled(target, person, codes[:-1])
        last = self.step(target, held, credentials, level, last=True, entitled=has)
        less, left = self.blocks(target, held)
        # Of what the stages spare at the last step, practice gives its share at most; the rest has been taught.
        learned = min(1.0, max(0.0, (practised - left) / (total - less))) if total > less else 0.0
        given = math.floor(self.settings.paths.practice_share * learned * (direct - last))
        return max(hours + last, direct - given)

    # The rules.
    def conflict(self, a: str | None, b: str) -> bool:
        if a is None:
            return False
        base = {o.code: o.base for o in self.referential.occupations}
        return a == b or base[a] == b or base[b] == a

    def near(self, origin: str | None, target: str) -> bool:
        count = self.settings.paths.moves_considered
        others = [o.code for o in self.referential.occupations if not self.conflict(origin, o.code)]
        if count is None:
            return target in others
        return target in sorted(others, key=lambda code: (-self.score(origin, code), code))[:count]

    def may(self, person: Person, codes: tuple[str, ...]) -> bool:
        if any(self.conflict(a, b) for a, b in [*combinations(codes, 2), *((person.code, c) for c in codes)]):
            return False
        if len(codes) == 1:
            return True
        held = self.holds(person)
        # Of what is of unknown length, nobody can say that a stage spares any; what is in a circle nobody obtains.
        missing = {c for code in codes for c in self.needs(code) - held}
        if self.unknown(self.needs(codes[-1]) - held) or any(self.circular(c) for c in missing):
            return False
        if not all(self.passes(person, code, codes[-1]) for code in codes[:-1]):
            return False
        moves = zip((person.code, *codes[:-1]), codes, strict=True)
        # Who gets the title of the target may do both jobs, unless it takes practice too, or is a special one of these.
        parent = next(o.parent for o in self.referential.occupations if o.code == codes[-1])
        same = any(self.ways(code) & self.ways(codes[-1]) for code in codes[:-1] if code != parent)
        both = same and not self.years(codes[-1])
        return bool(self.wants[codes[-1]]) and not both and all(self.near(a, b) for a, b in moves)

    def passes(self, person: Person, stage: str, target: str) -> bool:
        """Whether a person may practise a job on the way to another."""
        held, said = self.holds(person), {stage, target} <= self.says
        highest = max(self.level_at(person), self.level[target])
        above = said and self.level[stage] > highest
        unsure = not self.wants[stage] or self.hidden(stage) or bool(self.unknown(self.needs(stage) - held))
        if above or unsure or not self.years(stage) <= held:
            return False
        # Nobody leads people to join them; nor, leading none yet, people of a field neither theirs nor aimed at.
        joins = target in self.says and target not in self.leads and self.level[target] < 6
        fields = {"", self.field[target], *([self.field[person.code]] if person.code else [])}
        foreign = person.code not in self.leads and self.field[stage] not in fields
        return stage not in self.leads or not (joins or foreign)

    def saves(self, person: Person, codes: tuple[str, ...]) -> bool:
        least = round(10 * self.settings.paths.min_saving_hours)
        hours = self.walk(person, codes)
        stages = codes[:-1]
        return all(
            hours <= self.walk(person, (*some, codes[-1])) - (len(stages) - kept) * least
            for kept in range(len(stages))
            for some in combinations(stages, kept)
        )

    def paths(
        self,
        person: Person,
        target: str,
        max_steps: int,
        limit: int | None,
        fit: Callable[[float, float], int],
        *,
        pareto: bool,
    ) -> list[Found]:
        others = [o.code for o in self.referential.occupations if o.code != target]
        every: list[Found] = []
        for stages in range(max_steps):
            for some in permutations(others, stages):
                codes = (*some, target)
                if self.may(person, codes) and self.saves(person, codes):
                    every.append(self._found(person, codes, fit))
        kept = [p for p in every if not any(self._dominates(q, p, pareto=pareto) for q in every)]
        kept.sort(key=lambda p: (p.cost, p.steps, p.codes))
        return kept[:limit]

    def _found(self, person: Person, codes: tuple[str, ...], fit: Callable[[float, float], int]) -> Found:
        paths = self.settings.paths
        moves = list(zip((person.code, *codes[:-1]), codes, strict=True))
        weakest = min(self.strength(a, b) for a, b in moves)
        hours = self.walk(person, codes)
        cost = round(paths.hours_weight * hours) + round(10 * paths.step_weight) * (len(codes) - 1)
        if self.calibrated:
            cost += round(10 * paths.move_weight * (1 - weakest))
        months = hours / 10 / paths.month_hours  # of training: practice is no part of a frame
        return Found(codes, hours, weakest, fit(hours / 10, months), cost)

    @staticmethod
    def _dominates(q: Found, p: Found, *, pareto: bool) -> bool:
        theirs = [q.hours, q.steps, -q.weakest]
        mine = [p.hours, p.steps, -p.weakest]
        if not pareto:
            theirs += [q.months, -q.fit]
            mine += [p.months, -p.fit]
        no_worse = all(a <= b for a, b in zip(theirs, mine, strict=True))
        return no_worse and any(a < b for a, b in zip(theirs, mine, strict=True))
