"""What a search text asks for, and what it finds: rules over a directory in a few lines."""

from itertools import product

import pytest

from contacts.content.search_words import search_language
from contacts.rules.directory_search import Needle, SearchField, needles
from contacts.rules.phone import digits
from contacts.rules.search_index import Entry, SearchIndex, Text
from contacts.rules.search_language import SearchLanguage, language_of
from contacts.rules.search_terms import Term, term_of, terms_of
from contacts.rules.searching import called, search, search_fields
from contacts.rules.spelling import nearest, sound_of
from contacts.rules.swedish_text import without_hyphens

LANGUAGE = language_of(
    same=[
        ["hälsocentral", "hc", "vårdcentral"],
        ["it-support", "helpdesk"],
        ["särskilt boende", "säbo"],
        ["växel", "vx"],
    ],
    endings=["en", "n", "et", "s", "er"],
    unsaid=["på", "i"],
    before_numbers=["internt"],
    lies_in=[("Umeå", ["Ersboda", "Teg"])],
    titles=["kurator"],
)
PLACES = ["Umeå", "Malå", "Skellefteå"]


def index_of(*names: str, language: SearchLanguage = LANGUAGE, **more: object) -> SearchIndex:
    """One entry a name; "name: number" has a number, "name (beside)" something beside it."""
    entries = []
    for pk, text in enumerate(names):
        name, _, number = text.partition(": ")
        name, _, beside = name.partition(" (")
        entries.append(
            Entry(
                pk=pk,
                principal=pk,
                order=(1, name, pk),
                texts={Text.NAME: (name,), Text.BESIDE: (beside.strip(")"),), Text.REMARK: ()},
                numbers=digits(number),
            )
        )
    return SearchIndex(entries, language, PLACES, **more)


def found(text: str, *names: str, **more: object) -> list[str]:
    return [names[pk] for pk in search(index_of(*names), needles(text), **more).pks]


def test_a_number_in_groups_is_one_thing_sought():
    assert needles("Umeå 090-16 10 00 växel") == (
        Needle(("umea",)),
        Needle(("090", "16", "10", "00"), "090161000"),
        Needle(("vaxel",)),
    )


@pytest.mark.parametrize(
    "text", ["tel:+46901610 00", "Tel.090-16 10 00", "tel 090-16 10 00,", "tfn: (090) 16 10 00"]
)
def test_a_number_is_read_as_it_is_copied(text):
    assert needles(text)[-1].digits.removeprefix("0") == "90161000"


@pytest.mark.parametrize("text", ["", "   ", "*** %", "–"])
def test_a_text_without_letters_and_digits_asks_for_nothing(text):
    assert needles(text) == ()
    assert found(text, "Växel") == []


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize(
    "text",
    ["skelleftea", "SKELLEFTEÅ", "lefteå", "växel skellefteå", "0910735000", "73 50", "+46 910", "0046 910"],
)
def test_letters_case_order_and_the_spelling_of_numbers_are_forgiven(text):
    assert found(text, "Växel Skellefteå: 0910-73 50 00", "Växel Umeå: 090-16 10 00") == [
        "Växel Skellefteå: 0910-73 50 00"
    ]


SPELLINGS = ("Örebro", "orebro", "ÖREBRO", "Orebro")


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize(("stored", "typed"), list(product(SPELLINGS, SPELLINGS)))
def test_letters_and_case_are_forgiven_both_ways(stored, typed):
    for part in (typed, typed[:3], typed[2:5]):
        assert found(part, stored, "Annat") == [stored]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        *product(("Idé", "ide", "IDE"), repeat=2),
        *product(("Müller", "muller"), repeat=2),
        *product(("Anna-Karin", "anna karin"), ("Anna-Karin", "anna karin")),
        ("Anna-Karin", "annakarin"),
    ],
)
def test_accents_and_hyphens_are_forgiven_both_ways(stored, typed):
    assert found(typed, stored) == [stored]


def test_only_words_have_their_hyphens_taken_away():
    assert without_hyphens("Anna-Karin Ek-Å-Ö, 090-785 och - så") == "AnnaKarin EkÅÖ"


class TestLanguage:
    @pytest.mark.parametrize(
        "typed", ["hc", "HC", "vårdcentral", "hälsocentralen", "vårdcentraler", "HÄLSOCENTRALER"]
    )
    def test_other_words_and_bent_forms_find_the_same(self, typed):
        assert found(f"{typed} bjurholm", "Bjurholms hälsocentral", "Växel Bjurholm") == [
            "Bjurholms hälsocentral"
        ]

    def test_what_stands_in_the_name_may_be_bent_too(self):
        assert found("ortoped", "Ortopeden") == ["Ortopeden"]
        assert found("ortopeden", "Ortopeder") == ["Ortopeder"]

    def test_several_words_may_stand_for_one(self):
        assert found("säbo tallen", "Särskilt boende Tallen", "Tallens kiosk") == ["Särskilt boende Tallen"]
        assert found("särskilt boendet tallen", "Säbo Tallen") == ["Säbo Tallen"]

    def test_a_hyphen_may_be_left_out(self):
        assert found("itsupport", "Helpdesk") == found("it support", "Helpdesk") == ["Helpdesk"]

    def test_a_short_word_for_the_same_is_no_part_of_another(self):
        assert found("hälsocentral", "Ryhcon", "HC Teg") == ["HC Teg"]

    def test_words_that_say_nothing_are_left_out_where_something_is_said(self):
        assert found("hc på teg", "Tegs hc", "Hc På taket") == ["Tegs hc"]
        assert found("på", "På taket") == ["På taket"]

    def test_a_number_as_our_own_pages_print_it(self):
        assert found("internt 59090", "Servicedesk: 59090") == ["Servicedesk: 59090"]
        assert found("internt", "Internt kök") == ["Internt kök"]

    def test_a_municipality_finds_what_lies_in_it(self):
        assert found("hc umeå", "Tegs hc", "Kåge hc") == ["Tegs hc"]

    def test_a_stem_is_still_a_word(self):
        assert LANGUAGE.stems("mala") == ()
        assert LANGUAGE.stems("teet") == ()
        assert LANGUAGE.stems("vaxelen") == ("vaxele", "vaxel")
        assert LANGUAGE.stems("59090s") == ()


class TestRanking:
    def test_names_before_what_stands_beside_them(self):
        assert found("ortoped", "Anna (ortoped)", "Ortoped") == ["Ortoped", "Anna (ortoped)"]

    def test_whole_words_before_beginnings_before_parts(self):
        names = ("Sydvästra", "Väst", "Västra")
        assert found("väst", *names) == ["Väst", "Västra", "Sydvästra"]

    def test_names_before_digits(self):
        names = ("Avd 15: 090-5", "Avd 5: 090-1", "Avd 4: 090-55")
        assert found("avd 5", *names) == ["Avd 5: 090-1"]
        assert found("växel 090", "Växel: 090-1", "Växel: 0910-1") == ["Växel: 090-1"]

    def test_ones_own_first_among_equals_and_not_before_better_ones(self):
        names = ("Vx Umeå", "Vx Malå")
        assert found("vx", *names, own=1)[0] == "Vx Malå"
        assert found("umeå", "Umeå", "Malå (Umeå)", own=1) == ["Umeå", "Malå (Umeå)"]

    def test_who_says_little_else_comes_first(self):
        assert found("teg", "Barnen på Teg i dag", "Hc Teg") == ["Hc Teg", "Barnen på Teg i dag"]

    def test_a_search_among_some_finds_those_alone(self):
        assert found("vx", "Vx Umeå", "Vx Malå", of=[1]) == ["Vx Malå"]


class TestSpelling:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("skelefteå", "Skellefteå"),
            ("skellfeteå", "Skellefteå"),
            ("sklleftea", "Skellefteå"),
            ("ume", ""),
            ("umå", "Umeå"),
            ("mlaå", "Malå"),
            ("xyz", ""),
            ("finansen", ""),
        ],
    )
    def test_the_nearest_is_taken_and_said(self, typed, meant):
        names = ("Växel Skellefteå", "Växel Umeå", "Växel Malå")
        result = search(index_of(*names), needles(typed))
        assert result.meant == meant
        assert result.replaced is bool(meant)
        assert [names[pk] for pk in result.pks] == [
            name for name in names if (meant or typed.title()) in name
        ]

    def test_what_is_right_beside_it_stays(self):
        result = search(index_of("Växel Skellefteå", "Hc Skellefteå"), needles("vx skelefteå"))
        assert (result.pks, result.meant) == ((0,), "vx Skellefteå")

    def test_one_is_offered_where_only_a_part_of_a_word_is_hit(self):
        result = search(index_of("Nordmalung", "Malarna"), needles("malun"))
        assert (result.pks, result.meant, result.replaced) == ((0,), "", False)
        result = search(index_of("Sydvesterled", "Väster"), needles("vester"))
        assert (result.pks, result.meant, result.replaced) == ((0,), "Väster", False)

    def test_a_municipality_that_is_near_comes_before_parts_of_words(self):
        result = search(index_of("Växel Storuman", "Växel Umeå"), needles("umå"))
        assert (result.pks, result.meant, result.replaced) == ((1, 0), "Umeå", False)

    def test_a_number_is_never_near_another(self):
        assert found("59091", "Servicedesk: 59090") == []
        assert found("191212121212", "Tolvan: 19121212-1213") == []

    def test_a_unit_without_an_entry_is_known(self):
        index = index_of("Bjurholms hc", units=["Tegs hc"])
        result = search(index, needles("tges hc"))
        assert (result.pks, result.meant, result.partly) == ((), "Tegs hc", False)
        assert search(index, needles("tegs hc")).meant == ""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("carlsson", "karlsson"),
            ("dorothea", "dorotea"),
            ("lyckselle", "lycksele"),
            ("erixon", "eriksson"),
        ],
    )
    def test_spellings_of_one_sound_are_one(self, one, other):
        assert sound_of(one) == sound_of(other)

    def test_beginnings_of_words_are_near_too(self):
        sounds = {word: sound_of(word) for word in ("hemsjukvarden", "hemtjansten")}
        assert next(nearest(["hemsjuvk"], sounds, prefer=len)) == "hemsjukvarden"


class TestTwoWords:
    @pytest.mark.parametrize(
        ("typed", "name"),
        [
            ("kommunväxel", "Kommun, växel"),
            ("avd5", "Avd 5"),
            ("m4", "Medicin 4"),
            ("kommunsväxel", "Kommun, växel"),
        ],
    )
    def test_a_word_that_is_two(self, typed, name):
        assert found(typed, name, "Annat 5") == [name]

    def test_both_must_be_known(self):
        assert found("kommunxyz", "Kommun") == []


class TestPartly:
    def test_what_has_most_of_it_is_given_and_said(self):
        names = ("Vx Malå", "Vx Umeå", "Kurator Umeå")
        result = search(index_of(*names), needles("handläggare vx umeå"))
        assert ([names[pk] for pk in result.pks], result.partly) == (["Vx Umeå"], True)

    def test_never_that_of_another_place(self):
        assert found("hemsjukvård kväll malå", "Hemsjukvård kväll Umeå", "Vx Malå") == ["Vx Malå"]
        assert found("vx malå", "Vx Umeå") == []

    def test_a_title_is_let_go_first(self):
        names = ("Kurator Anna (Malå)", "Hemsjukvård Malå", "Hemsjukvård Umeå")
        assert found("kurator hemsjukvård malå", *names) == ["Hemsjukvård Malå"]

    def test_a_long_number_weighs_most(self):
        assert found("växel öppet 59090", "Växel öppet", "Desk: 59090") == ["Desk: 59090"]

    def test_among_some_all_is_asked_for(self):
        assert found("vx finnsinte", "Vx Malå", of=[0]) == []


PERSON = {
    SearchField.FIRST_NAME: "Åsa-Lena",
    SearchField.LAST_NAME: "Provberg",
    SearchField.TITLE: "Överläkare",
    SearchField.DEPARTMENT: "Medicin 1, Umeå",
}
RIGHT = {
    SearchField.FIRST_NAME: ("asa", "LENA", "åsa-lena", "lena åsa", "en"),
    SearchField.LAST_NAME: ("prov", "berg", "ovb"),
    SearchField.TITLE: ("overlak", "ÖVERLÄKARE"),
    SearchField.DEPARTMENT: ("umea medicin", "1", "Medicin 1"),
}


def has_person(*asked: tuple[SearchField, str]) -> bool:
    texts = {field: (text,) for field, text in PERSON.items()}
    index = SearchIndex([Entry(7, 1, (1, "", 7), texts, "", True)], LANGUAGE, PLACES)
    return search_fields(index, [(field, needles(text)) for field, text in asked]).pks == (7,)


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize("asked", list(product(SearchField, SearchField)))
def test_a_text_is_sought_in_its_own_field_and_in_no_other(asked):
    field, belongs = asked
    for text in RIGHT[belongs]:
        if field is belongs or len(text) > 2:
            assert has_person((field, text)) is (field is belongs), text


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize("right", list(product([True, False], repeat=4)))
def test_all_of_four_texts_must_match(right):
    asked = [
        (field, RIGHT[field][0] if holds else "xyz") for field, holds in zip(SearchField, right, strict=True)
    ]
    assert has_person(*asked) is all(right)


def test_a_unit_is_called_by_its_own_words_and_its_principals():
    units = [
        Entry(1, 1, (1, "a", 1), {Text.NAME: ("Biståndet Malå",), Text.BESIDE: ("Malå", "Malå kommun")}, ""),
        Entry(2, 1, (1, "b", 2), {Text.NAME: ("Hemsjukvården",), Text.BESIDE: ("Malå", "Malå kommun")}, ""),
        Entry(3, 1, (1, "c", 3), {Text.NAME: ("Stängda Malå",), Text.BESIDE: ()}, "", in_use=False),
    ]
    index = SearchIndex(units, LANGUAGE)
    for text, pks in (
        ("malå", (1,)),
        ("hemsjukvård malå", (2,)),
        ("kommun", ()),
        ("m", ()),
        ("åndet", ()),
        ("bist mal", (1,)),
    ):
        assert called(index, terms_of(needles(text), LANGUAGE)) == pks, text


@pytest.mark.parametrize("start", ["nord", "hals", "maling", "n", "sjukvard", "hc", "h"])
def test_a_term_is_in_a_name_as_by_looking_at_each_word(start):
    term = Term(start, (((start,), 0),))
    words = ["nordmalings", "halsocentral"]
    assert term.is_in(" ".join(words)) is any(word.startswith(start) for word in words)
    assert term_of(("hc",), LANGUAGE).is_in("nordmalings halsocentral")


def test_the_language_in_use_is_large_and_each_of_its_words_finds_the_others():
    language = search_language()
    for group in language.same:
        for words in group:
            assert set(group) - {words} <= set(language.means_the_same(words))
    assert len(language.same) > 50
