"""Tables on narrow terminals."""

import io

from inforce.cli.output import Page, table


def test_no_number_date_or_word_of_a_table_is_broken() -> None:
    rows = table("day", "account", "dollars", "units", "why", right=("dollars", "units"))
    rows.add_row("2001-05-03", "company/surrender_charge", "-$10,000.00", "-144.927536", "the letter lay elsewhere")
    printed = io.StringIO()
    Page(file=printed, width=60, force_terminal=True, no_color=True).print(rows)
    found = printed.getvalue()
    for word in ("2001-05-03", "company/surrender_charge", "-$10,000.00", "-144.927536", "elsewhere"):
        assert word in found
    assert "the letter lay elsewhere" not in found  # it is text, and may break
