"""Who talks with whom: participation, threads, matching, the graph of answers, and the shared roster."""

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_choice, as_labels, as_list, as_number, as_numbers
from opslab.ground.frames import (
    ColumnKind,
    in_words,
    kinds_of,
    native,
    one_row,
    places_among,
    read_table,
    small_table,
)

GROUPS = ("top 1 %", "next 9 %", "other 90 %")
ROWS = "_rows"  # name of a column
CENTRALITIES = ("answers", "pagerank", "betweenness")

# Words
NOT_A_GRAPH = "graph is a {found} with {nodes} people; expected a networkx graph with at least 2"
NOBODY_WROTE = "counts add up to 0: nobody contributed, so there is nothing to divide"
NO_SIDE_THREADS = "threads has no rows with kind 'side'; it has {found}"
UNKNOWN_PEOPLE = "{count} of the leavers never wrote in this talk, for example {example!r}"


def conversations(answers: Any, threads: Any, members: Any) -> pd.DataFrame:
    """Return the answers, each with its thread's `week`, `kind`, `topic`, `asked_by`, and the writer's fit.

    `match` is True if the thread's topic is one of the writer's two strengths; `role` is the writer's. An
    answer to a thread, or by a writer, that the other tables do not have is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"thread_id": [7], "user_id": [1]})
    >>> threads = pd.DataFrame([{"thread_id": 7, "week": 3, "kind": "side", "topic": "data", "asked_by": 2}])
    >>> member = {"user_id": 1, "role": "answerer", "strength": "data", "second_strength": "law"}
    >>> members = pd.DataFrame([member])
    >>> conversations(answers, threads, members).match.to_list()
    [True]
    """
    talk = small_table(native(answers, ["thread_id", "user_id"], what="answers"))
    asked = ["thread_id", "week", "kind", "topic", "asked_by"]
    people = ["user_id", "strength", "second_strength", "role"]
    asking = read_table(threads, asked, what="threads", unique=["thread_id"])
    writing = read_table(members, people, what="members", unique=["user_id"])
    for key, table, name in (("thread_id", asking, "threads"), ("user_id", writing, "members")):
        place = places_among(talk[key], pd.Index(table[key]), ours="answers", theirs=name, key=key)
        facts = table.iloc[place].drop(columns=key).set_index(talk.index)
        talk = talk.assign(**facts)[place >= 0]
    topic, *strengths = (talk[name].astype(object) for name in ("topic", "strength", "second_strength"))
    talk["match"] = (topic == strengths[0]) | (topic == strengths[1])
    return talk.drop(columns=["strength", "second_strength"]).reset_index(drop=True)


def participation(counts: Iterable[float]) -> pd.DataFrame:
    """Return what the most active 1 %, the next 9 % and the other 90 % of members contribute.

    Parameters
    ----------
    counts
        Contributions of each member, with a 0 for each who gave none.

    Returns
    -------
    Table by `GROUPS`: `members` (count), `share` of all contributions, `silent` (members with none).

    Raises
    ------
    ValueError
        If `counts` is empty, not numeric, negative, has gaps, or adds up to 0.

    Examples
    --------
    >>> participation([90, *[5] * 9, *[0] * 90]).share.round(2).to_list()
    [0.67, 0.33, 0.0]
    """
    values = np.sort(as_numbers(counts, "counts", least=0))[::-1]
    total = values.sum()
    if not total:
        raise ValueError(NOBODY_WROTE)
    one, ten = (int(np.ceil(len(values) * share)) for share in (0.01, 0.10))
    parts = (values[:one], values[one:ten], values[ten:])
    return pd.DataFrame(
        {
            "members": [len(part) for part in parts],
            "share": [part.sum() / total for part in parts],
            "silent": [int((part == 0).sum()) for part in parts],
        },
        index=pd.Index(GROUPS, name="group"),
    )


def replies_per_thread(
    answers: Any,
    threads: Any,
    *,
    merge: bool = False,
    limit: int | None = None,
    moved: float = 1.0,
) -> pd.DataFrame:
    """Return the replies that members' own threads would get under two rules.

    Parameters
    ----------
    merge
        Join the week's side threads on one topic.
    limit
        Keep the first so many (merged) side threads of a week.
    moved
        Share of the answers to threads not opened that go to the week's other side threads; the rest is
        not written. With no thread kept, all are lost. An assumption: the data cannot tell.

    Returns
    -------
    One row for each thread kept: `week`, `topic`, `replies` (expected, so not always whole).

    Examples
    --------
    >>> import pandas as pd
    >>> threads = pd.DataFrame({"thread_id": [7, 8], "week": 1, "kind": "side", "topic": ["data", "data"]})
    >>> answers = pd.DataFrame({"thread_id": [7, 8, 8]})
    >>> replies_per_thread(answers, threads, merge=True).replies.to_list()
    [3]
    """
    as_choice(merge, "merge", (True, False))
    moved = as_number(moved, "moved", least=0, most=1)
    asked = read_table(threads, ["thread_id", "week", "kind", "topic"], what="threads", unique=["thread_id"])
    written = _rows_of_each(answers, ["thread_id"], "answers").set_index("thread_id")[ROWS]
    known = pd.Index(asked["thread_id"])
    places_among(written.index.to_series(), known, ours="answers", theirs="threads", key="thread_id")
    side = asked[asked["kind"] == "side"].sort_values("thread_id")
    if side.empty:
        raise ValueError(NO_SIDE_THREADS.format(found=", ".join(map(repr, asked["kind"].unique()))))
    replies = side["thread_id"].map(written).fillna(0)
    table = side[["thread_id", "week", "topic"]].assign(replies=replies)
    if merge:
        table = table.groupby(["week", "topic"], as_index=False, observed=True).agg(
            {"thread_id": "min", "replies": "sum"}
        )
        table = table.sort_values("thread_id")
    if limit is not None:
        first = table.groupby("week").cumcount() < as_number(limit, "limit", least=0, whole=True)
        lost = table[~first].groupby("week").replies.sum()
        table = table[first]
        share = moved / table.groupby("week").week.transform("size")
        table = table.assign(replies=table.replies + table.week.map(lost).fillna(0) * share)
    return table[["week", "topic", "replies"]].reset_index(drop=True)


def answer_graph(talk: Any) -> Any:
    """Return a networkx DiGraph of `conversations`: arrows from who answered to who asked, with `weight`.

    Examples
    --------
    >>> import pandas as pd
    >>> talk = pd.DataFrame({"user_id": [1, 1, 2], "asked_by": [2, 3, 3], "thread_id": [7, 8, 8]})
    >>> sorted(answer_graph(talk).edges)
    [(1, 2), (1, 3), (2, 3)]
    """
    import networkx as nx  # slow to import

    pairs = _rows_of_each(talk, ["user_id", "asked_by"], "talk").rename(columns={ROWS: "weight"})
    other = pairs[pairs["user_id"] != pairs["asked_by"]]
    return nx.from_pandas_edgelist(other, "user_id", "asked_by", "weight", create_using=nx.DiGraph)


@in_words()
def _rows_of_each(table: Any, columns: list[str], what: str) -> pd.DataFrame:
    """Return the different values of `columns`, sorted, with how many `ROWS` have them; no more is read."""
    groups = native(table, columns, what=what).lazy().group_by(*columns).agg(nw.len().alias(ROWS))
    whole = small_table(groups).astype({ROWS: np.int64, **dict.fromkeys(columns, object)})
    return whole.sort_values(columns, ignore_index=True)


def core_users(graph: Any, count: int = 20, by: str = "answers") -> list:
    """Return the `count` most central people: by answers given, PageRank, or betweenness; ties by name.

    Examples
    --------
    >>> import pandas as pd
    >>> talk = pd.DataFrame({"user_id": [1, 1, 2], "asked_by": [2, 3, 3], "thread_id": [7, 8, 8]})
    >>> core_users(answer_graph(talk), count=1)
    [1]
    """
    import networkx as nx

    _require_graph(graph)
    as_choice(by, "by", CENTRALITIES)
    measures = {
        "answers": lambda: dict(graph.out_degree(weight="weight") if graph.is_directed() else graph.degree()),
        # Reversed: thanks flow from who asked to who answered.
        "pagerank": lambda: nx.pagerank(graph.reverse() if graph.is_directed() else graph),
        "betweenness": lambda: nx.betweenness_centrality(graph),
    }
    value = measures[by]()
    ranked = sorted(value, key=lambda person: (-value[person], person))
    return ranked[: as_number(count, "count", least=1, whole=True)]


def defection(talk: Any, leavers: Iterable[Any]) -> pd.Series:
    """Return what goes if `leavers` had not written, and nobody had written in their place.

    Shares of 1: `answers` lost, `threads` left without any answer, `good` answers (quality 4 or 5) lost.

    Examples
    --------
    >>> import pandas as pd
    >>> talk = pd.DataFrame({"user_id": [1, 1, 2], "asked_by": [2, 3, 3], "thread_id": [7, 8, 8]})
    >>> talk["quality"] = 4
    >>> defection(talk, leavers=[1]).round(2).to_dict()
    {'answers': 0.67, 'threads': 0.5, 'good': 0.67}
    """
    kinds: dict[str, ColumnKind] = {"user_id": "key", "thread_id": "key", "quality": "number"}
    rows = native(talk, kinds, what="talk").lazy()
    gone = set(as_labels(leavers, "leavers"))
    writer = nw.col("user_id")
    lost = writer.is_in(list(gone)) if gone else writer.is_null()  # which nobody is
    with in_words():
        there = small_table(rows.filter(lost).group_by("user_id").agg(nw.len().alias(ROWS)))["user_id"]
        unknown = gone - set(there)
        if unknown:
            raise ValueError(UNKNOWN_PEOPLE.format(count=len(unknown), example=min(unknown, key=str)))
        seen = _lost(rows, lost)
    return pd.Series(
        {
            "answers": seen["lost"] / seen["all"],
            "threads": seen["silent"] / seen["threads"],
            "good": seen["lost_good"] / max(seen["good"], 1),
        },
        name="share lost",
    )


def _lost(rows: nw.LazyFrame[Any], lost: nw.Expr) -> dict[str, float]:
    """Count answers and threads, in all and without those that are `lost`: one row leaves an engine."""
    good = nw.col("quality") >= 4
    marks = {"all": nw.lit(True), "lost": lost, "good": good, "lost_good": lost & good}
    marked = rows.select("thread_id", **{name: one.cast(nw.Int64) for name, one in marks.items()})
    threads = marked.group_by("thread_id").agg(nw.col(*marks).sum())
    silent = (nw.col("all") == nw.col("lost")).cast(nw.Int64)
    sums = threads.select(*marks, silent=silent, threads=nw.lit(1))
    return one_row(sums.select(nw.col(*marks, "silent", "threads").sum()))


def graph_measures(graph: Any) -> pd.Series:
    """Return the usual measures of a graph, arrows and weights left aside.

    `modularity` is that of greedy merging (Clauset, Newman and Moore 2004), with `communities` their number.
    `diameter` and `path` (mean steps between two people) are of the largest connected part.

    Examples
    --------
    >>> import pandas as pd
    >>> talk = pd.DataFrame({"user_id": [1, 1, 1, 2], "asked_by": [2, 3, 4, 3]})
    >>> graph_measures(answer_graph(talk))[["people", "links"]].to_dict()
    {'people': 4.0, 'links': 4.0}
    """
    import networkx as nx

    _require_graph(graph)
    plain = nx.Graph(graph.to_undirected())
    plain.remove_edges_from(list(nx.selfloop_edges(plain)))
    largest = plain.subgraph(max(nx.connected_components(plain), key=len))
    parts = nx.community.greedy_modularity_communities(plain, weight=None)
    return pd.Series(
        {
            "people": plain.number_of_nodes(),
            "links": plain.number_of_edges(),
            "density": nx.density(plain),
            "transitivity": nx.transitivity(plain),
            "clustering": nx.average_clustering(plain),
            "assortativity": nx.degree_assortativity_coefficient(plain),
            "core": max(nx.core_number(plain).values()),
            "connected": len(largest) / len(plain),
            "diameter": nx.diameter(largest),
            "path": nx.average_shortest_path_length(largest),
            "communities": len(parts),
            "modularity": nx.community.modularity(plain, parts, weight=None),
        }
    )


def exposed(roster: Any, columns: Sequence[str], fewer_than: int = 2) -> float:
    """Return the share of members whom `columns` of a shared roster single out.

    A member is singled out if fewer than `fewer_than` members, themselves included, share these values. Two
    means: they are the only one (k-anonymity, Sweeney 2002). With no column nobody is, unless the roster
    itself is so short.

    Examples
    --------
    >>> import pandas as pd
    >>> roster = pd.DataFrame({"role": ["asker", "asker", "expert"], "city": ["Lu", "Lu", "Lu"]})
    >>> round(exposed(roster, ["role", "city"]), 2)
    0.33
    """
    columns = [columns] if isinstance(columns, str) else as_list(columns, "columns")
    least = as_number(fewer_than, "fewer_than", least=1, whole=True)
    rows = native(roster, kinds_of(any=columns), what="roster").lazy()
    with in_words():
        alike = (rows.group_by(*columns).agg if columns else rows.select)(nw.len().alias(ROWS))
        few = nw.when(nw.col(ROWS) < least).then(nw.col(ROWS)).otherwise(0)
        seen = one_row(alike.select(nw.col(ROWS).sum(), few=few.sum()))
    return float(seen["few"] / seen[ROWS])


def _require_graph(graph: Any) -> None:
    nodes = getattr(graph, "number_of_nodes", lambda: 0)()
    if nodes < 2:
        raise ValueError(NOT_A_GRAPH.format(found=type(graph).__name__, nodes=nodes))
