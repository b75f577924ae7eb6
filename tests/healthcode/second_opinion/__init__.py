"""A second implementation of the policy: naive and slow, read straight from its documents.

It shares nothing with the first but the shapes of facts and rules, so that where both say the
same, one of them can hardly have misread the text.
"""

from tests.healthcode.second_opinion.answer import Answer, second_opinion

__all__ = ["Answer", "second_opinion"]
