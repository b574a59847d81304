import pytest

from scamlint_training.keywords import find_keywords


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("We offer guaranteed returns of the best kind.", "guaranteed_return", "guaranteed returns"),
        ("Earn 2% daily with us.", "guaranteed_return", "Earn 2% daily"),
        ("Backed by BlackRock and Sequoia, we build.", "authority_borrowing", "Backed by BlackRock and Sequoia"),
        ("This is the next 100x gem.", "price_hype", "next 100x gem"),
        ("Hurry, the door closes.", "urgency_pressure", "Hurry"),
        ("Join 500,000 happy investors.", "social_proof", "Join 500,000 happy investors"),
        ("There is a referral bonus of 10%.", "recruitment_reward", "referral bonus of 10%"),
        ("Connect your wallet to claim it.", "asset_request", "Connect your wallet to claim it"),
        ("𝐆𝐮𝐚𝐫𝐚𝐧𝐭𝐞𝐞𝐝 𝐫𝐞𝐭𝐮𝐫𝐧𝐬 for you", "guaranteed_return", "𝐆𝐮𝐚𝐫𝐚𝐧𝐭𝐞𝐞𝐝 𝐫𝐞𝐭𝐮𝐫𝐧𝐬"),
    ],
)
def test_a_phrase_is_found_where_it_stands(text, label, words):
    found = {(mark.label, text[mark.start : mark.end]) for mark in find_keywords(text)}
    assert (label, words) in found


@pytest.mark.parametrize(
    "text",
    [
        "Beware of anyone who promises guaranteed returns.",
        "We cannot guarantee risk-free returns.",
        "The complaint alleges that the fund paid 2% daily.",
        "Is 2% daily a red flag?",
        "We will never ask you to share your seed phrase.",
        "The weather in March was mild.",
        "",
    ],
)
def test_warnings_denials_reports_and_questions_are_left_alone(text):
    assert find_keywords(text) == []
