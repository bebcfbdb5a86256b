"""
Who could go where on a territory: fragile lots, hiring lots, rankings, allocation, discretion.

The flow of `territory match` (`match.match_territory`):

1. `reading.read_sides`: two tables to `lots.Lots`: who, what job, where, how many; rows that are set aside. `sheets`
   makes a `grid.Grid` of each table of a file, `columns` says by names which column is what, `shapes.shaped` gives each
   lot its row, `grid.row_kinds` tells these rows from others, `jobs` reads their cells, `reading` makes lots of them.
2. `parts.lots_within` holds both to a territory; without openings, `pairs.survey_openings` takes those of the survey.
   Both sides, the graph, places and costs are one value then: `pairs.Territory`.
3. `pairs.moves_between`: each pair of jobs once, its hours (`hours.EffortCosts`), chance, level, frame: `JobMoves`.
4. `pairs.find_pairs`: each lot with each pool of openings, why it is barred, what is in doubt, its cost: `Pairs`.
5. `solve.best_flow`: people on the open pairs, objective by objective, each proven; then on those in doubt.
6. `match._flows`, `flows.uncovered_lots`, `flows.unfilled_pools`: from arrays back to lots, and why the others stay.
7. `match._curve`, `match._changes`: solved again for fewer people, and with each bound moved.
8. `allocation.Allocation` holds all that; its `release` is what is told of it, declared once by its `spec`.
9. `discretion.publish` and `published`: the release without small numbers, as far as `audit.Auditor` proves it safe.
10. `actions.actions`: what is to be done before anybody moves, from the release.

Beside it stand `rank` (pairs in order, nobody is allocated), `parts.parts` (a country cut into territories) and `sums`
(sums over employers, safe to publish).
"""
