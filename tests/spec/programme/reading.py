"""How hard a text is to read: the Flesch-Kincaid grade, in years of American schooling (5 to 6 is age 11-12).

Syllables are counted by rule, so a single text may be off by half a grade. Means over a file are steadier.
"""

import re


def grade(text: str) -> float:
    """Kincaid et al. 1975: 0.39 words per sentence + 11.8 syllables per word - 15.59."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = re.findall(r"[^.!?]*[A-Za-z][^.!?]*", text)
    count = sum(syllables(word.lower()) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * count / len(words) - 15.59


def syllables(word: str) -> int:
    """Groups of vowels, less the endings that are written and not spoken: mad(e), call(ed), tim(es).

    `io` is two, as in radio and physio, unless the letter before it makes it one, as in motion or region.
    """
    count = len(re.findall(r"[aeiouy]+", word)) + len(re.findall(r"[^cglstx]io|physio", word))
    if re.search(r"[^aeiouyl]e$|[aeiou]le$|[^aeiouytd]ed$|[^aeiouscxzgh]es$", word):
        count -= 1
    return max(count, 1)
