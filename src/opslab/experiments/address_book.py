"""Reading an address book: what it wins, and who did not agree."""

import pandas as pd

from opslab.ground.arguments import as_number


def consent_audit(
    users: int,
    contacts: int,
    *,
    asked: float,
    agreeing: float,
    joining: float,
    annoyed: float,
    leaving: float = 0.0,
) -> pd.Series:
    """Return who wins and who pays when `users` let an app read their address books.

    Expected numbers of people. The friends in a book agreed to nothing, whatever its owner ticked.

    Parameters
    ----------
    users, contacts
        Users, and friends in each one's book.
    asked
        Share of users who are asked before the book is read; the others' books are read without a word.
    agreeing
        Share of those asked who say yes.
    joining, annoyed
        Shares of the friends written to who join, and who are annoyed and will not join later.
    leaving
        Share of users whose book was read without a word who leave when they learn of it.

    Returns
    -------
    pandas.Series
        books, without_consent (books read without a word), strangers (friends written to, none of whom was
        asked), joined, annoyed, left, net_users (joined less left).

    Examples
    --------
    >>> found = consent_audit(100, 50, asked=0, agreeing=0.2, joining=0.01, annoyed=0.1, leaving=0.05)
    >>> found[["strangers", "joined", "annoyed", "left"]].tolist()
    [5000.0, 50.0, 500.0, 5.0]
    """
    people = as_number(users, "users", least=0)
    book = as_number(contacts, "contacts", least=0)
    shares = {
        "asked": asked,
        "agreeing": agreeing,
        "joining": joining,
        "annoyed": annoyed,
        "leaving": leaving,
    }
    ask, agree, join, annoy, leave = (
        as_number(value, name, least=0, most=1) for name, value in shares.items()
    )
    silent = people * (1 - ask)
    books = silent + people * ask * agree
    written = books * book
    left = silent * leave
    return pd.Series(
        {
            "books": books,
            "without_consent": silent,
            "strangers": written,
            "joined": written * join,
            "annoyed": written * annoy,
            "left": left,
            "net_users": written * join - left,
        }
    )
