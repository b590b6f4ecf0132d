"""Every way in which a product folder is refused: the class of the error, file, line, path and what is said.

In the snippets `# <-` marks the line that the error must name.
"""

import shutil
from pathlib import Path

import pytest
from tests.products.folders import amended, copied, product_folder, with_sections

from inforce.errors import BadTerms, NotFound
from inforce.terms import find_product, load_product

MARK = "# <-"


def refused(folder: Path, file: str, text: str, at: str, says: str) -> None:
    """The folder is refused for the marked line of `text`, which stands in `file`."""
    with pytest.raises(BadTerms) as caught:
        load_product(folder)
    error = caught.value
    marked = [number for number, line in enumerate(text.splitlines(), 1) if MARK in line]
    assert says in error.message
    assert (error.file, error.line, error.at) == (folder / file, marked[0] if marked else None, at)
    assert str(error).startswith(f"{folder / file}:")


FREE = "free_withdrawal: {assumption: made up, share: 10%, of: value, on_full_surrender: yes,\n  "
LAST = "}\n"
CHARGE = """surrender_charge:
  {assumption: made up, charged_on: amount_above_free, anniversary_belongs_to: year_ending, """
MAINTENANCE = """maintenance_charge: {assumption: made up, waived_from: none, when: contract_year_end,
  on_surrender: yes, from: all_accounts,
  """

BAD_SECTIONS = {
    # YAML itself
    "a key twice": (FREE + "share: 12% # <-\n" + LAST, "free_withdrawal", "'share' stands here twice"),
    "an alias": ("free_look: &ten {days: 10} # <-\ncalendar: *ten\n", "calendar", "aliases are not allowed"),
    "a key that is a list": (FREE + "[a]: 1 # <-\n" + LAST, "free_withdrawal", "a key must be plain text"),
    "no YAML": ("free_withdrawal: {share: 10%\nfree_look: {} # <-\n", "", "is not valid YAML"),
    "two documents": ("free_look: {}\n--- # <-\nfree_look: {}\n", "", "another document"),
    "a list instead of sections": ("- free_withdrawal # <-\n", "", "must be a mapping"),
    "nothing at all": ("# <-\n", "", "must be a mapping"),
    # keys
    "an unknown section": ("free_withdrawals: {} # <-\n", "free_withdrawals",
        "is not a section; sections are rounding,"),
    "an unknown key": (FREE + "carried_over: no # <-\n" + LAST, "free_withdrawal.carried_over", "is not a known key"),
    "a missing key": ("free_look: {assumption: made up, days: 10} # <-\n", "free_look.refund", "is missing"),
    # values
    "a percentage without its sign": (
        "free_withdrawal: {assumption: made up,\n  share: 10, # <-\n  of: value, on_full_surrender: yes}\n",
        "free_withdrawal.share", "'10' is not a percentage: write it with its sign"),
    "a percentage in words": (
        "free_withdrawal: {assumption: made up,\n  share: ten percent, # <-\n  of: value, on_full_surrender: yes}\n",
        "free_withdrawal.share", "'ten percent' is not a percentage"),
    "a percentage finer than a billionth": (
        "free_withdrawal: {assumption: made up,\n  share: 10.00000001%, # <-\n  of: value, on_full_surrender: yes}\n",
        "free_withdrawal.share", "is finer than a billionth"),
    "a share above all": (
        "free_withdrawal: {assumption: made up,\n  share: 110%, # <-\n  of: value, on_full_surrender: yes}\n",
        "free_withdrawal.share", "is above 100%"),
    "a word that is none of the choices": (
        "free_withdrawal: {assumption: made up, share: 10%,\n  of: payments, # <-\n  on_full_surrender: yes}\n",
        "free_withdrawal.of", "'purchase_payments'"),
    "true for yes": (
        "free_withdrawal: {assumption: made up, share: 10%, of: value,\n  on_full_surrender: true} # <-\n",
        "free_withdrawal.on_full_surrender", "write yes or no"),
    "a tenth of a cent": (MAINTENANCE + "amount: 30.001} # <-\n", "maintenance_charge.amount",
                          "'30.001' is not an amount of money: write dollars with at most two decimals"),
    "money below zero": (MAINTENANCE + "amount: -30.00} # <-\n", "maintenance_charge.amount", "is below zero"),
    "a number in words": ("free_look: {assumption: made up, refund: payments,\n  days: ten} # <-\n", "free_look.days",
                          "'ten' is not a whole number"),
    "a number below zero": ("free_look: {assumption: made up, refund: payments,\n  days: -1} # <-\n", "free_look.days",
                            "is below 0"),
    "an operation left out": (
        "order_of_operations: {assumption: made up, operations: [withdrawal]} # <-\n", "order_of_operations",
        "must name each of these once: anniversary, maintenance_charge,"),
    "a date that is none": (
        "fixed_accounts: {gpa: {assumption: made up, name: Fixed,\n  added: 1987-02-30, # <-\n"
        "  minimum_rate: 3%, day_count: no_leap,\n"
        "  transfers_out: {limit_each_contract_year: 1, share: 25%, days_before_return: 90}}}\n",
        "fixed_accounts.gpa.added", "'1987-02-30' is not a date: write it as YYYY-MM-DD"),
    # sources
    "no source": ("free_look:\n  days: 10 # <-\n  refund: payments\n", "free_look.days",
                  "has neither `cite:` nor `assumption:`; every value needs one"),
    "two sources": (
        "free_look: {assumption: made up, refund: payments,\n"
        "  days: {is: 10, cite: [update-2008-07-31, x], assumption: both}} # <-\n",
        "free_look.days", "carries both"),
    "a filing that is not listed": (
        "free_look: {assumption: made up, refund: payments,\n  days: {is: 10, cite: [update-1999, page 3]}} # <-\n",
        "free_look.days", "cites 'update-1999', which documents.yaml does not list"),
    "a citation without a place": (
        "free_look: {assumption: made up, refund: payments,\n  days: {is: 10, cite: update-2008-07-31}} # <-\n",
        "free_look.days.cite", "must be [document id, place in it]"),
    "a condition that is no choice": (
        "free_look: {assumption: made up, refund: payments,\n  days: {is: 10, for: {form: single}}} # <-\n",
        "free_look.days", "`for:` stands outside a choice"),
    # schedules
    "a gap in the years": (CHARGE + "clock: contract_issue, # <-\n  by_contract_year: {1: 8%, 3: 7%, 4+: 0%}}\n",
                           "surrender_charge", "years must run 1, 2, …"),
    "no year with a plus sign": (CHARGE + "clock: contract_issue, # <-\n  by_contract_year: {1: 8%, 2: 7%, 3: 0%}}\n",
                                 "surrender_charge", "end with a year and a plus sign; expected 1, 2, 3+"),
    "years out of order": (CHARGE + "clock: contract_issue, # <-\n  by_contract_year: {2: 8%, 1: 7%, 3+: 0%}}\n",
                           "surrender_charge", "years must run 1, 2, …"),
    "a year twice": (CHARGE + "clock: contract_issue,\n  by_contract_year: {1: 8%,\n  1: 7%, # <-\n  2+: 0%}}\n",
                     "surrender_charge.by_contract_year", "'1' stands here twice"),
    "more years than a schedule holds": (
        CHARGE + "clock: contract_issue, # <-\n  by_contract_year: {" + "".join(f"{i}: 1%, " for i in range(1, 17))
        + "17+: 0%}}\n", "surrender_charge", "at most 16 years"),
    "a rate above 100 %": (CHARGE + "clock: contract_issue, # <-\n  by_contract_year: {1: 108%, 2+: 0%}}\n",
                           "surrender_charge", "between 0% and 100%"),
    "the other clock's schedule": (CHARGE + "clock: each_payment, # <-\n  by_contract_year: {1: 8%, 2+: 0%}}\n",
                                   "surrender_charge", "needs by_payment_year, and only it"),
    "remaining payments where payments are not charged": (
        CHARGE + "on_full_surrender: remaining_payments, # <-\n  clock: contract_issue,"
        "  by_contract_year: {1: 8%, 2+: 0%}}\n", "surrender_charge", "needs charged_on: payment"),
    # cohorts
    "a form that is none": (
        MAINTENANCE + "amount: [{is: 1, for: {form: flexible}},\n  {is: 2, for: {form: singel}}]} # <-\n",
        "maintenance_charge.amount.1.for.form", "'singel' is not one of flexible, single"),
    "an unknown key of a cohort": (
        MAINTENANCE + "amount: [{is: 1, for: {form: flexible}},\n  {is: 2, for: {from: single}}]} # <-\n",
        "maintenance_charge.amount.1.for.from",
        "`for:` takes form, issue_state, issued, qualification, replacement, selling_firm"),
    "a cohort that is no mapping": (
        MAINTENANCE + "amount: [{is: 1, for: {form: flexible}},\n  {is: 2, for: single}]} # <-\n",
        "maintenance_charge.amount.1.for", "must be a mapping, like {form: flexible}"),
    "anything but `not` in a cohort": (
        MAINTENANCE + "amount: [{is: 1, for: {form: flexible}},\n  {is: 2, for: {form: {but: flexible}}}]} # <-\n",
        "maintenance_charge.amount.1.for.form", "takes a value, a list of values, or {not: values}"),
    "a state that is none": (
        "premium_tax:\n"
        "  - {for: {issue_state: {not: [XX]}}, rate: 0%, taken: [], assumption: made up} # <-\n",
        "premium_tax.0.for.issue_state", "'XX' is not one of AK, AL,"),
    "a replacement that is neither yes nor no": (
        MAINTENANCE + "amount: [{is: 1, for: {replacement: no}},\n  {is: 2, for: {replacement: maybe}}]} # <-\n",
        "maintenance_charge.amount.1.for.replacement", "'maybe' is not one of no, yes"),
    "a gap for replacements": (
        MAINTENANCE + "amount: [{is: 1, for: {replacement: no}}]} # <-\n", "maintenance_charge.amount",
        "a replacement on 1987-"),
    "a gap in the forms": (
        MAINTENANCE + "amount: [{is: 1, for: {form: flexible}}]} # <-\n", "maintenance_charge.amount",
        "no value for form single"),
    "an overlap in the forms": (
        MAINTENANCE + "amount: [{is: 1, for: {form: flexible}}, {is: 2, for: {form: [single, flexible]}}]} # <-\n",
        "maintenance_charge.amount", "2 values for form flexible"),
    "a gap in the states": (
        "premium_tax: [{for: {issue_state: {not: [CA, ME]}}, rate: 0%, taken: [], assumption: x}, # <-\n"
        "  {for: {issue_state: CA}, rate: 1%, taken: [], assumption: x}]\n",
        "premium_tax", "no value for form flexible, non_qualified, ME"),
    "an overlap in the states": (
        "premium_tax: [{for: {issue_state: {not: [CA]}}, rate: 0%, taken: [], assumption: x}, # <-\n"
        "  {for: {issue_state: [CA, NY]}, rate: 1%, taken: [], assumption: x}]\n",
        "premium_tax", "2 values for form flexible, non_qualified, NY"),
    "a gap in the dates of issue": (
        MAINTENANCE + "amount: [{is: 1, for: {issued: {to: 1999-12-30}}}, # <-\n"
        "  {is: 2, for: {issued: {from: 2000-01-01}}}]}\n",
        "maintenance_charge.amount", "issued 1999-12-31"),
    # dates
    "a gap in the days": (
        MAINTENANCE + "amount: [{is: 1, effective: {to: 1999-12-30}}, # <-\n"
        "  {is: 2, effective: {from: 2000-01-01}}]}\n",
        "maintenance_charge.amount", "on 1999-12-31; exactly one must hold"),
    "an overlap in the days": (
        MAINTENANCE + "amount: [{is: 1, effective: {to: 2000-01-01}}, # <-\n"
        "  {is: 2, effective: {from: 2000-01-01}}]}\n",
        "maintenance_charge.amount", "2 values"),
    "a day that is none": (
        MAINTENANCE + "amount: [{is: 1, effective: {to: 1999-12-31}},\n"
        "  {is: 2, effective: {from: 2000-13-01}}]} # <-\n",
        "maintenance_charge.amount.1", "'2000-13-01' is not a date"),
    "days by other names": (
        MAINTENANCE + "amount: [{is: 1, effective: {to: 1999-12-31}},\n"
        "  {is: 2, effective: {since: 2000-01-01}}]} # <-\n",
        "maintenance_charge.amount.1", "dates are given as {from: YYYY-MM-DD, to: YYYY-MM-DD}"),
    # readings and choices
    "a reading twice": (
        MAINTENANCE + "amount: [{is: 1, reading: text}, {is: 2, reading: text}]} # <-\n",
        "maintenance_charge.amount", "reading 'text' stands here twice"),
    "a choice where some items say nothing": (
        MAINTENANCE + "amount: [{is: 1, for: {form: single}}, 2]} # <-\n", "maintenance_charge.amount", "marks all"),
    "a default beside a choice": (
        MAINTENANCE + "amount: [{is: 1, for: {form: single}}, {is: 2}]} # <-\n", "maintenance_charge.amount",
        "2 values for form single"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "at", "says"), BAD_SECTIONS.values(), ids=list(BAD_SECTIONS))
def test_section_is_refused(text: str, at: str, says: str, tmp_path: Path) -> None:
    refused(with_sections(tmp_path, text), "terms/section.yaml", text, at, says)


def test_alias_of_a_plain_value_is_refused(tmp_path: Path) -> None:
    text = "free_look: {assumption: made up, days: &ten 10, refund: payments}\n"
    text += "purchase_payments: {assumption: x, kind: single, minimum_first: *ten, minimum: 0, maximum_total: none}\n"
    with pytest.raises(BadTerms, match="alias"):
        load_product(with_sections(tmp_path, text))


def test_limit_that_is_left_blank_is_refused(tmp_path: Path) -> None:
    text = "purchase_payments: {assumption: x, kind: single, minimum_first: 0, minimum: 0, maximum_total: }\n"
    with pytest.raises(BadTerms, match="maximum_total"):
        load_product(with_sections(tmp_path, text))


def test_misspelt_key_is_named(tmp_path: Path) -> None:
    text = "free_look:\n  assumption: made up\n  dais: 10 # <-\n  refund: payments\n"
    refused(with_sections(tmp_path, text), "terms/section.yaml", text, "free_look.dais", "is not a known key")


# Files and folders


def test_section_in_two_files_is_refused_with_both_places(tmp_path: Path) -> None:
    folder = product_folder(tmp_path)
    text = "free_look: {assumption: made up, days: 10, refund: payments} # <-\n"
    (folder / "terms" / "more.yaml").write_text(text)
    refused(folder, "terms/more.yaml", text, "free_look", f"stands already in {folder / 'terms' / 'all.yaml'}:")


def test_missing_section_is_named(tmp_path: Path) -> None:
    folder = with_sections(tmp_path, "free_look: {assumption: made up, days: 10, refund: payments}\n")
    (folder / "terms" / "section.yaml").unlink()
    with pytest.raises(BadTerms, match=r"sections are missing from terms/: free_look$") as caught:
        load_product(folder)
    assert caught.value.file == folder / "terms"


@pytest.mark.parametrize("file", ["product.yaml", "documents.yaml"])
def test_file_that_is_not_there_is_named(file: str, tmp_path: Path) -> None:
    folder = product_folder(tmp_path)
    (folder / file).unlink()
    with pytest.raises(BadTerms, match="cannot be read") as caught:
        load_product(folder)
    assert caught.value.file == folder / file


def test_folder_without_terms(tmp_path: Path) -> None:
    folder = product_folder(tmp_path)
    shutil.rmtree(folder / "terms")
    with pytest.raises(BadTerms, match="sections are missing"):
        load_product(folder)


@pytest.mark.parametrize(
    ("content", "says"), [(b"\xff\xfea\0", "is not UTF-8 text"), (b"a: \x01", "is not valid YAML"), (b"", "mapping")]
)
def test_file_that_is_no_text(content: bytes, says: str, tmp_path: Path) -> None:
    folder = product_folder(tmp_path)
    (folder / "terms" / "zz.yaml").write_bytes(content)
    with pytest.raises(BadTerms, match=says) as caught:
        load_product(folder)
    assert caught.value.file == folder / "terms" / "zz.yaml"


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    folder = product_folder(tmp_path)
    (folder / "terms" / "zz.yaml").mkdir()
    with pytest.raises(BadTerms, match="cannot be read"):
        load_product(folder)


BAD_CARDS = {
    "a day that is none": ("from: 1987-04-27\n    to: 2000-12-31", "from: 27 April 1987", "forms.single.from",
        "is not a date"),
    "an unknown key": ("kind: variable_annuity", "kind: variable_annuity\ncolour: blue", "colour",
        "is not a known key"),
    "another kind": ("kind: variable_annuity", "kind: endowment", "kind", "'variable_annuity'"),
    "no version": ("version: 1\n", "", "version", "is missing"),
    "a filing that is not listed": ("[separate-account-filings, Separate Account 1]", "[lost, x]",
                                    "separate_accounts.separate-account-1.cite", "listed in documents.yaml"),
    "a qualification that is none": ("qualification: non_qualified", "qualification: other",
                                     "separate_accounts.separate-account-2.qualification", "'qualified' or"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "says"), BAD_CARDS.values(), ids=list(BAD_CARDS))
def test_product_card_is_refused(old: str, new: str, at: str, says: str, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    card = folder / "product.yaml"
    assert card.read_text().count(old) == 1
    card.write_text(card.read_text().replace(old, new))
    with pytest.raises(BadTerms) as caught:
        load_product(folder)
    assert (caught.value.file, caught.value.at) == (card, at)
    assert says in caught.value.message
    assert caught.value.line is not None


def test_document_without_a_date(tmp_path: Path) -> None:
    folder = product_folder(tmp_path)
    text = "lost: {kind: update, title: Lost, date: soon} # <-\n"
    documents = folder / "documents.yaml"
    documents.write_text(text + documents.read_text())
    refused(folder, "documents.yaml", text, "lost.date", "'soon' is not a date")


def test_product_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no product 'flex-ekstra': neither packaged \(.*flex-extra.*\) nor a folder"):
        find_product("flex-ekstra", beside=tmp_path)


def test_folder_is_found_beside_the_file_that_names_it(tmp_path: Path) -> None:
    product_folder(tmp_path, name="mine")
    assert find_product("mine", beside=tmp_path).folder == (tmp_path / "mine").resolve()


def test_product_that_was_corrected_is_loaded_again(tmp_path: Path) -> None:
    folder = product_folder(tmp_path, name="mine")
    (folder / "terms" / "zz.yaml").write_text("nonsense: {}\n")
    with pytest.raises(BadTerms):
        find_product("mine", beside=tmp_path)
    (folder / "terms" / "zz.yaml").unlink()
    assert find_product("mine", beside=tmp_path).card.name == "Flex Extra"


# Amendments

HEAD = "amends: update-2008-07-31\nfiled: 2009-05-01\nchanges:\n"
BAD_AMENDMENTS = {
    "no list of changes": ("amends: update-2008-07-31 # <-\nfiled: 2009-05-01\nchanges: {}\n", "",
                           "has the keys amends, filed and changes (a list)"),
    "no day of filing": ("amends: update-2008-07-31 # <-\nchanges: []\n", "", "has the keys amends, filed and changes"),
    "a day of filing that is none": ("amends: update-2008-07-31\nfiled: soon # <-\nchanges: []\n", "filed",
                                     "'soon' is not a date"),
    "a filing that is not listed": ("amends: update-1999 # <-\nfiled: 2009-05-01\nchanges: []\n", "amends",
                                    "amends 'update-1999', which documents.yaml does not list"),
    "no source": (HEAD + "  - {term: free_look.days, becomes: 20} # <-\n", "changes.0",
        "neither `cite:` nor `assumption:`"),
    "a source that is not listed": (
        HEAD + "  - {term: free_look.days, becomes: 20, cite: [lost, x]} # <-\n", "free_look.days", "cites 'lost'"),
    "an unknown key": (HEAD + "  - {term: free_look.days, becomes: 20, from: 2010-01-01, assumption: x} # <-\n",
                       "changes.0", "a change has `term`, `becomes`"),
    "nothing it becomes": (HEAD + "  - {term: free_look.days, assumption: x} # <-\n", "changes.0", "a change has"),
    "days by other names": (
        HEAD + "  - {term: free_look.days, becomes: 20, assumption: x, effective: 2010-01-01} # <-\n", None,
        "dates are given as"),
    "a cohort key that is none": (
        HEAD + "  - {term: free_look.days, becomes: 20, assumption: x, for: {from: 2010-01-01}} # <-\n", None,
        "`for:` takes form,"),
    "a state that is none": (
        HEAD + "  - {term: free_look.days, becomes: 20, assumption: x, for: {issue_state: ZZ}} # <-\n", None,
        "'ZZ' is not one of"),
    "a term that is none": (HEAD + "  - {term: free_look.dais, becomes: 20, assumption: x} # <-\n", None,
                            "is no term"),
    "a section that is none": (HEAD + "  - {term: free_looks.days, becomes: 20, assumption: x} # <-\n", None,
        "no term"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "at", "says"), BAD_AMENDMENTS.values(), ids=list(BAD_AMENDMENTS))
def test_amendment_is_refused(text: str, at: str | None, says: str, tmp_path: Path) -> None:
    folder = amended(product_folder(tmp_path), text)
    with pytest.raises(BadTerms) as caught:
        load_product(folder)
    refused(folder, "amendments/amendment.yaml", text, caught.value.at if at is None else at, says)


AMENDED_AMISS = {
    "a value that does not fit": HEAD + "  - {term: free_look.days, becomes: twenty, assumption: x} # <-\n",
    "a section that does not fit": HEAD + "  - {term: free_look, becomes: {days: 20}, assumption: x} # <-\n",
    "the same term twice in one filing": HEAD + "  - {term: free_look.days, becomes: 20, assumption: x}\n"
    "  - {term: free_look.days, becomes: 30, assumption: x} # <-\n",
}


@pytest.mark.parametrize("text", AMENDED_AMISS.values(), ids=list(AMENDED_AMISS))
def test_amended_term_that_does_not_fit_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(BadTerms, match="free_look"):
        load_product(amended(product_folder(tmp_path), text))


@pytest.mark.parametrize("text", AMENDED_AMISS.values(), ids=list(AMENDED_AMISS))
def test_amended_term_that_does_not_fit_is_refused_at_the_amendment(text: str, tmp_path: Path) -> None:
    folder = amended(product_folder(tmp_path), text)
    with pytest.raises(BadTerms) as caught:
        load_product(folder)
    assert caught.value.file == folder / "amendments" / "amendment.yaml"
