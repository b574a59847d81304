"""Lines that stand alone, as readers paste them and as pages are cut: a claim is marked, its mention is not."""

import pytest

from scamlint import Detector

CLAIMS = [
    "We promise guaranteed daily profits.",
    "Guaranteed daily profits.",
    "We guarantee daily payouts.",
    "Fixed 12% per year, paid monthly.",
    "Your capital is safe with us.",
    "Stable returns and controllable risks.",
    "Our bot earns 3% a day for every member.",
    "Licensed and regulated by the FCA.",
    "Backed by Goldman Sachs and Binance Labs.",
    "Only 10 spots left!",
    "This token will do 100x.",
    "Send 1 ETH and receive 2 ETH back.",
    "Invite friends and earn 10% of their deposits.",
    "Over 2 million happy investors.",
    "Enter your seed phrase to restore your wallet.",
    "Risk-free profit from day one.",
    "Profits are paid every morning at 9.",
    "Double your bitcoin in 24 hours.",
    "The price can only go up from here.",
]
MENTIONS = [
    "There are no guaranteed returns in crypto.",
    "Nobody can guarantee daily profits.",
    "Do not believe anyone who promises guaranteed profits.",
    "The regulator warned of platforms that guarantee daily payouts.",
    "We never promise guaranteed profits.",
    "The court heard that he had promised investors a guaranteed 2% a day.",
    "They told me my principal was guaranteed.",
    "If a site guarantees returns, close the tab.",
    "Staking rewards are not guaranteed and may vary.",
    "Fake endorsements by Elon Musk are common in giveaway scams.",
    "A licence number on a website proves nothing.",
    "Never share your seed phrase with anyone.",
    "Our support will never ask for your seed phrase.",
    "Past performance does not guarantee future results.",
    "Police arrested four people who ran a fake mining platform that promised stable returns.",
]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.load()


@pytest.mark.parametrize("line", CLAIMS)
def test_a_claim_alone_is_marked(detector: Detector, line: str) -> None:
    assert detector.scan(line).spans


@pytest.mark.parametrize("line", MENTIONS)
def test_a_mention_alone_is_left(detector: Detector, line: str) -> None:
    assert not detector.scan(line).spans
