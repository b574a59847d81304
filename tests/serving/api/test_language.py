"""The language of a text: a warning where the models were not made for it, and none where they were."""

import pytest

NOT_SUPPORTED = ["language-not-supported"]


def asked(server, text: str) -> tuple[str, list[str]]:
    reply = server.scan(text=text)
    return reply["language"]["code"], [warning["code"] for warning in reply["warnings"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("保证每天收益百分之二，没有任何风险。", "zh"),
        ("毎日2%を保証", "ja"),
        ("매일 2% 보장", "ko"),
        ("Гарантированный доход 2% в день", "ru"),
        ("ضمان 2% يوميا", "ar"),
        ("אין סיכון 2% ביום", "he"),
        ("मुझे 2% मिला", "hi"),
        ("2% ต่อวัน", "th"),
        ("Γεια", "el"),
        ("保证", None),
        ("BTC 今天大涨", None),
        ("加入@group领取$100", None),
        ("ⲁⲛⲟⲕ ⲡⲉ", "und"),
    ],
)
def test_another_script_is_warned_about_at_any_length(server, text, code):
    found, warnings = asked(server, text)
    assert warnings == NOT_SUPPORTED
    assert code in (None, found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Garantierte Rendite von 2% am Tag.", "de"),
        ("Wir zahlen dir jeden Tag zwei Prozent", "de"),
        ("Ganancia garantizada 2% diario", "es"),
        ("Gana 2% diario sin riesgo", "es"),
        ("Rendement garanti de 2% par jour", "fr"),
        ("Guadagno garantito 2% al giorno", "it"),
        ("Lucro garantido de 2% por dia", "pt"),
        ("Gwarantowany zysk 2% dziennie", "pl"),
        ("Günlük %2 garantili kazanç", "tr"),
        ("Keuntungan pasti 2% per hari", "id"),
        ("Không rủi ro, lãi 2% mỗi ngày", "vi"),
    ],
)
def test_a_short_sentence_of_another_language_is_warned_about(server, text, code):
    assert asked(server, text) == (code, NOT_SUPPORTED)


@pytest.mark.parametrize(
    "text",
    [
        "$PEPE to the moon 🚀🚀🚀",
        "gm frens, wagmi 🚀",
        "BTC just broke 70k, who's buying the dip?",
        "$SOL pumping rn, don't miss out",
        "Airdrop live now! Claim your $ARB 👉",
        "Guaranteed 2% daily, zero risk 💰",
        "HODL 💎🙌",
        "ETH ATH soon? NFA DYOR",
        "100x gem 💎 low cap, LP locked, renounced",
        "Staking APY 120% — join TG",
        "Rug pull alert: avoid $SCAM",
        "Send 1 ETH, get 2 ETH back",
        "LFGGGGGGGGGGGGGGGG!!! 🔥🔥🔥",
        "BTC/USDT LONG 65000 TP 70000 SL 63000",
        "Join Telegram https://t.me/joinchat/AAAAAE @admin_bot",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "gm 🚀 币安人生 listing on Binance today",
        "Δ neutral yield on Ξ, 12% ¯\\_(ツ)_/¯",
        "Тhеrе іѕ nо rіѕk аt аll.",
        "𝒀𝒐𝒖 𝒘𝒊𝒍𝒍 𝒆𝒂𝒓𝒏 2% daily",
        "ꜱᴇᴇ ᴛʜᴇ ᴘʀᴏᴏꜰꜱ ᴏɴ ᴍʏ ꜱᴛᴏʀʏ",
        "",
    ],
)
def test_a_short_english_post_is_never_warned_about(server, text):
    code, warnings = asked(server, text)
    assert warnings == []
    assert code in ("en", "und")


@pytest.mark.parametrize(
    "text", ["LFG!!! 🔥", "Kein Risiko", "Wen token??", "$BTC $ETH $SOL", "2.5 Ξ", "ಠ_ಠ", "🚀🚀", "保"]
)
def test_what_is_too_short_to_tell_is_und_without_a_warning(server, text):
    assert asked(server, text) == ("und", [])


def test_the_warning_says_what_the_models_were_made_for(server):
    for text, words in (("Garantierte Rendite von 2% am Tag.", "'de'"), ("ⲁⲛⲟⲕ ⲡⲉ", "script")):
        (warning,) = server.scan(text=text)["warnings"]
        assert words in warning["detail"]
        assert "made for English" in warning["detail"]
