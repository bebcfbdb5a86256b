"""A web application that embeds the engine: ten moves for an occupation. `uvicorn examples.web_app:app`."""

from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query

from passerelles import UnknownCodeError, build_graph, load_referential, rank_moves

app = FastAPI()
# Once, when the process starts: an index of `passerelles compile` opens in milliseconds and is shared by processes.
GRAPH = build_graph(load_referential("transitions"))


@app.get("/moves/{code}")
def moves(code: str, limit: Annotated[int, Query(ge=1, le=50)] = 10) -> list[dict[str, Any]]:
    """A plain `def`: the framework runs it in a thread, so that the event loop is free meanwhile."""
    try:
        found = rank_moves(GRAPH, code, limit=limit)
    except UnknownCodeError as error:
        raise HTTPException(404, {"message": error.sentence("fr"), "suggestions": error.suggestions}) from error
    return [move.to_dict() for move in found]
