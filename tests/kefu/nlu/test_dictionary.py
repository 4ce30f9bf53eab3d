"""Our reading of jieba's dictionary is jieba's."""

import jieba

from kefu.nlu.dictionary import dictionary


def test_read_character_by_character_it_is_what_jieba_makes_of_all_of_it() -> None:
    words, total = jieba.Tokenizer.gen_pfdict(jieba.Tokenizer().get_dict_file())
    found: dict[str, int] = {}
    for character in dictionary().places:
        part = dictionary().beginning_with(character)
        assert all(word[0] == character for word in part)
        found |= part
    assert found == words
    assert dictionary().total == total


def test_lines_in_two_places_of_the_file_belong_to_one_character() -> None:
    assert max(map(len, dictionary().places.values())) > 1, "the file is sorted now: `places` need no lists"
