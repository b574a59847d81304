"""A keyword list, as a careful user would write it: the yardstick that every trained system must beat.

Phrases for each label as regular expressions; a hit is dropped when its sentence warns, denies or reports. Written from
the annotation guide and the regulators' own lists of phrases, never tuned on the corpus.
"""

# ruff: noqa: E501  (a phrase stays on one line)

from __future__ import annotations

import re

from scamlint.text import normalize
from scamlint.windows import sentence_units
from scamlint_training.metrics import Mark

_NUMBER = r"\d+(?:[.,]\d+)*"
_PERIOD = r"(?:day|week|month|year|hour|24 hours|24h)"
_MONEY = rf"(?:[$€£]\s?{_NUMBER}(?:k|m|bn)?|{_NUMBER}\s?(?:usdt|usd|usdc|btc|eth|bnb|sol|trx|dollars|euros?))"

_PHRASES: dict[str, tuple[str, ...]] = {
    "guaranteed_return": (
        r"guaranteed?(?: \w+){0,3} (?:returns?|profits?|income|yields?|gains?|payouts?|earnings?|roi|apy|apr|interest)",
        r"(?:returns?|profits?|income|yields?|principal|capital|payouts?|earnings?) (?:is|are) (?:\w+ )?(?:guaranteed|protected|insured|secured)",
        r"(?:risk[- ]?free|zero[- ]risk|no[- ]risk|without (?:any )?risk|no risk)(?: (?:returns?|profits?|income|investment))?",
        r"(?:fixed|stable|steady|daily|passive|consistent|assured) (?:daily )?(?:returns?|profits?|income|yields?|roi|interest|earnings)",
        rf"(?:earn|make|receive|get)(?: up to)? {_NUMBER}\s?%(?: \w+)?(?: (?:a|per|every|each) {_PERIOD}| daily| weekly| monthly)",
        rf"{_NUMBER}\s?% (?:daily|weekly|monthly|(?:a|per|every|each) {_PERIOD})(?: for {_NUMBER} (?:days|weeks|months))?",
        rf"(?:earn|make)(?: up to)? {_MONEY} (?:daily|weekly|monthly|(?:a|per|every|each) {_PERIOD})",
        r"(?:you )?(?:cannot|can't|can not|never) (?:possibly )?lose(?: (?:money|your money|your capital|your principal))?",
        r"(?:principal|capital|deposit) (?:is )?(?:always )?(?:protected|returned|guaranteed|safe|back)(?: (?:at|after) \w+(?: \w+)?)?",
        r"money[- ]back guarantee",
        r"profits? in (?:any|every|both|all|bull and bear) markets?",
        rf"double your (?:money|investment|deposit|bitcoin|crypto|{_NUMBER})(?: in {_NUMBER} \w+)?",
        rf"(?:invest|deposit) {_MONEY}[,:;]? (?:and )?(?:get|receive|earn) {_MONEY}",
    ),
    "authority_borrowing": (
        r"(?:backed|endorsed|supported|funded|recommended|approved|certified|licen[sc]ed|regulated|audited|verified|trusted) by (?:the )?(?:[A-Z]\w+|leading|top|world|major|renowned)(?:[ ,&]+(?:and )?(?:the |of )?[A-Z]\w+){0,8}",
        r"(?:fully |officially )?(?:licen[sc]ed|registered|regulated|authori[sz]ed)(?: and \w+)? (?:by|with|in|under) (?:the )?[A-Z]\w+(?: [A-Z]\w+){0,4}",
        r"(?:as )?(?:featured|seen|covered) (?:on|in|by) [A-Z]\w+(?:[ ,&]+(?:and )?[A-Z]\w+){0,6}",
        r"(?:holds?|obtained|granted) (?:an? |the )?(?:\w+ ){0,2}(?:msb|fca|sec|finma|mas|vara|mica|financial) (?:\w+ ){0,2}licen[sc]e",
        r"(?:msb|fincen|fca|asic|cysec|finma) (?:licen[sc]e|registration|certificate)s?",
        r"(?:strategic )?partner(?:s|ed|ship)? (?:with|of) (?:Google|Microsoft|Amazon|Visa|Mastercard|Binance|Coinbase|Tesla|Apple|JPMorgan|BlackRock|IBM|Oracle|PayPal)(?:[ ,&]+(?:and )?[A-Z]\w+){0,6}",
        r"(?:former|ex-)\s?(?:Google|Goldman Sachs|JPMorgan|Binance|Microsoft|NASA|Wall Street|Morgan Stanley|Citadel)(?: \w+){0,3}",
        r"(?:professors?|scientists?|ph\.?d\.?s?|engineers?) (?:from|of|at) (?:MIT|Stanford|Harvard|Oxford|Cambridge|Google|NASA)(?:[ ,&]+(?:and )?[A-Z]\w+){0,4}",
        r"(?:world[- ]renowned|leading|top) (?:experts?|scholars?|professors?|economists?|investors?|institutions?|funds?)",
        r"(?:experts|analysts) (?:agree|believe|say|predict|expect)",
        r"(?:Elon Musk|Vitalik Buterin|Warren Buffett|Michael Saylor|Mark Cuban|Jeff Bezos)",
        r"government[- ](?:approved|backed|licen[sc]ed)",
    ),
    "price_hype": (
        rf"(?:easy |next |guaranteed |potential )?{_NUMBER}\s?x(?: (?:gains?|returns?|potential|gem|from here|soon|your))?\b",
        r"to the moon|moon(?:shot|ing)|going parabolic|(?:about|set|ready|primed) to explode",
        r"(?:price )?(?:will|is going to|set to|poised to|bound to) (?:\w+ )?(?:skyrocket|soar|explode|surge|moon|multiply|pump|double|triple)",
        r"next (?:bitcoin|ethereum|solana|shiba|doge(?:coin)?|pepe|big thing|100x)",
        rf"(?:price )?(?:target|prediction)s?(?: of|:)? {_MONEY}",
        rf"(?:will|could|can|going to) (?:reach|hit|exceed|surpass|be worth) (?:{_MONEY}|{_NUMBER}|bitcoin|ethereum)",
        rf"next stop:? {_MONEY}",
        r"(?:can )?only go(?:es)? up",
        r"(?:life[- ]changing|generational) (?:wealth|gains?|money|profits?)",
    ),
    "urgency_pressure": (
        r"(?:act|buy|join|invest|register|sign up|apply|claim)(?: \w+){0,2} (?:now|today|immediately|fast|before it(?:'s| is) too late)",
        r"(?:limited|last|final)[- ](?:time|chance|opportunity|spots?|slots?|call|supply|offer|hours)(?: (?:offer|only))?",
        rf"only {_NUMBER} (?:\w+ )?(?:left|remaining|available|spots?|slots?|seats?|places?|days?|hours?)(?: (?:left|remaining))?",
        r"before it(?:'s| is) too late",
        r"(?:don't|do not) (?:miss(?: out)?|wait)(?: \w+){0,3}",
        r"(?:hurry|fomo|act fast|time is running out|running out fast|selling (?:out )?fast|almost (?:gone|sold out))",
        rf"(?:offer|sale|presale|bonus|price) (?:ends|closes|expires) (?:in {_NUMBER} \w+|today|tonight|soon|tomorrow|at midnight)",
        rf"(?:next|within|in the next) {_NUMBER} (?:hours|minutes)",
    ),
    "social_proof": (
        rf"(?:join|trusted by|used by)(?: (?:over|more than|our))? {_NUMBER}\+?\s?(?:k|m|million|thousand)?\+?(?: \w+){{0,2}} (?:investors?|users?|members?|people|holders?|traders?|miners?|customers?)",
        rf"(?:over|more than) {_NUMBER}\s?(?:k|m|million|thousand)?\+?(?: \w+){{0,2}} (?:investors?|users?|members?|people|holders?|traders?) (?:already|have|trust|worldwide|earning)",
        r"(?:thousands|millions|hundreds) of (?:\w+ )?(?:investors|users|people|members|holders)(?: \w+){0,3}",
        r"everyone (?:is|already|else)(?: \w+){1,4}",
        r"sold out (?:in|within) (?:\w+ )?(?:minutes|seconds|hours|days)",
        rf"(?:i|my (?:\w+)) (?:just )?(?:made|earned|withdrew|cashed out|received) (?:over )?{_MONEY}(?: \w+){{0,4}}",
        r"(?:happy|satisfied) (?:investors|customers|users|clients|members)",
    ),
    "recruitment_reward": (
        rf"(?:referral|affiliate|team|partner|binary|matching|direct) (?:bonus(?:es)?|commissions?|rewards?|program(?:me)?|income)(?: (?:of )?(?:up to )?{_NUMBER}\s?%)?",
        r"(?:refer|invite|bring)(?: (?:a|your|in|new))? (?:friends?|members?|investors?|people|others)(?:[, ]+(?:and )?(?:earn|get|receive)(?: \w+){1,5})?",
        rf"{_NUMBER}\s?% (?:of|on|from) (?:\w+ ){{0,4}}(?:referrals?|referred|downline|team|invites?)(?: \w+){{0,2}}",
        rf"(?:{_NUMBER}|five|seven|ten|three|multi)[- ]levels?(?: deep| referral| affiliate)?(?: \w+)?",
        r"(?:downline|upline|build your team|rank bonus)(?: \w+){0,2}",
        rf"earn {_NUMBER}\s?% (?:of|from|on) (?:every|each|all|your|their)(?: \w+){{0,5}}",
    ),
    "asset_request": (
        rf"send (?:any amount|{_MONEY}|{_NUMBER}|your)(?: \w+){{0,6}} (?:back|receive|get|return)(?: \w+){{0,4}}",
        r"(?:enter|share|provide|submit|confirm|verify|import)(?: \w+){0,2} (?:seed|recovery|secret|private|mnemonic)[- ](?:phrase|key|words?|keys?)(?: \w+){0,4}",
        r"connect (?:your )?wallet(?:s)? (?:to|and|now)(?: \w+){1,5}",
        rf"pay(?: (?:a|an|the))?(?: {_MONEY})?(?: \w+){{0,3}} (?:fee|tax|deposit)(?: to (?:withdraw|unlock|release|claim)(?: \w+){{0,3}})?",
        r"(?:validate|synchroni[sz]e|verify|rectify) (?:your )?wallet(?: \w+){0,3}",
        rf"(?:deposit|top up|transfer)(?: (?:at least|a minimum of|just))? {_MONEY} (?:to|into|and)(?: \w+){{1,5}}",
        r"approve (?:the|this|a) (?:transaction|contract|token)(?: \w+){0,4}",
    ),
}
# A hit does not count when its sentence holds one of these: a warning, a denial, a report, a question about it.
_CUES = re.compile(
    r"\b(?:beware|be wary|warn(?:s|ed|ing|ings)?|scams?|scammers?|fraud(?:ulent|sters?)?|alleg(?:es|ed|edly|ing)|complaint|"
    r"lawsuit|charged|regulators?|victims?|red flags?|ponzi|pyramid|falsely|fake|so-called|claim(?:s|ed|ing)? (?:that|to)|"
    r"promis(?:es|ed|ing)|do(?:es)? not guarantee|no guarantees?|not (?:be )?guaranteed|cannot guarantee|can't guarantee|"
    r"never (?:ask|share|send|enter|give|promise)|will never|not (?:risk[- ]free|financial advice|an offer)|isn't|is not|are not|"
    r"anyone who|if (?:someone|anyone|you are asked|they)|watch out|avoid|too good to be true)\b",
    re.IGNORECASE,
)
_PATTERNS = {
    # Case does not matter, except where a capital letter means a name.
    label: re.compile(r"(?<!\w)(?:" + "|".join(phrases).replace("[A-Z]", "(?-i:[A-Z])") + r")", re.IGNORECASE)
    for label, phrases in _PHRASES.items()
}


def find_keywords(text: str) -> list[Mark]:
    """Find the phrases of every label in a document.

    Args:
        text: Any string.

    Returns:
        Marks by position, in code points of ``text``; marks of one label never overlap.
    """
    norm = normalize(text)
    marks = []
    for start, end in sentence_units(norm.text):
        if _CUES.search(norm.text, start, end) or norm.text[start:end].rstrip().endswith("?"):
            continue
        for label, pattern in _PATTERNS.items():
            for match in pattern.finditer(norm.text, start, end):
                if match.group().strip():
                    marks.append(Mark(*norm.to_source(match.start(), match.end()), label))
    return sorted(marks)
