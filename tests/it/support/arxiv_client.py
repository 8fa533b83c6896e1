"""Reads the sample web's arXiv with the arxiv package, which complains of what it cannot read.

usage: arxiv_client.py URL
"""

import logging
import sys

import arxiv

url = sys.argv[1] + "/api/query?{}"


class Complaints(logging.Handler):
    """A feed that is malformed, or a result without what results have, is only a warning."""

    def emit(self, record):
        raise AssertionError(record.getMessage())


logging.getLogger("arxiv").addHandler(Complaints(logging.WARNING))
client = arxiv.Client(page_size=2, delay_seconds=0, num_retries=0)
client.query_url_format = url


def results(query="", **options):
    return list(client.results(arxiv.Search(query, **options)))


def fails(status, **options):
    try:
        results(**options)
    except arxiv.HTTPError as raised:
        assert raised.status == status, raised.status
        return
    raise AssertionError(f"no error for {options}")


newest_first = arxiv.SortCriterion.SubmittedDate
name = '(au:"Ada Marlowe" OR au:"Marlowe Ada")'
found = results(name + " AND (all:tidal OR all:energy)", sort_by=newest_first)
assert len(found) == 4, found
dates = [paper.published for paper in found]
assert dates == sorted(dates, reverse=True) and all(date.year >= 2022 for date in dates), dates
first = found[0]
assert first.title == "Wake recovery behind dense tidal arrays: a $k$-$\\epsilon$ study", first.title
assert [author.name for author in first.authors] == ["Ada Marlowe", "Torvin Halsegrave"]
assert first.primary_category == "physics.flu-dyn" and "physics.ao-ph" in first.categories
assert first.get_short_id().startswith("2609.01234v") and first.pdf_url, first
assert all(paper.summary and paper.updated >= paper.published for paper in found)

assert len(results(name, max_results=5)) == 5, "three pages"
assert [paper.get_short_id()[:10] for paper in results(id_list=["2503.04417"])] == ["2503.04417"]
assert results('au:"Nobody at all"') == []
fails(400, query='au:"Ada Marlowe')
fails(400, id_list=["abc"])
