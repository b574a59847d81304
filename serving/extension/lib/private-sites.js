// Host names that are never read: mail, banks, brokers, payment, health and password services. A name covers its subdomains.
// It is a short list of large services; pages with a password field are left alone wherever they are.

export const PRIVATE_SITES = Object.freeze([
  // Mail and private messages
  "mail.google.com", "outlook.com", "outlook.live.com", "outlook.office.com", "outlook.office365.com", "mail.yahoo.com",
  "mail.aol.com", "proton.me", "mail.proton.me", "tutanota.com", "tuta.com", "fastmail.com", "icloud.com", "mail.zoho.com",
  "gmx.net", "gmx.com", "web.de", "mail.com", "mail.ru", "hey.com", "web.whatsapp.com", "web.telegram.org", "messages.google.com",
  "messenger.com", "signal.org", "app.slack.com", "teams.microsoft.com", "mail.163.com", "mail.qq.com", "roundcube.net",
  // Banks, brokers, payment
  "chase.com", "bankofamerica.com", "wellsfargo.com", "citi.com", "citibank.com", "usbank.com", "capitalone.com", "pnc.com",
  "truist.com", "tdbank.com", "ally.com", "schwab.com", "fidelity.com", "vanguard.com", "etrade.com", "robinhood.com",
  "americanexpress.com", "discover.com", "barclays.co.uk", "hsbc.com", "hsbc.co.uk", "lloydsbank.com", "natwest.com",
  "santander.com", "santander.co.uk", "nationwide.co.uk", "monzo.com", "starlingbank.com", "revolut.com", "n26.com", "wise.com",
  "deutsche-bank.de", "commerzbank.de", "sparkasse.de", "ing.com", "ing.de", "dkb.de", "bnpparibas", "bnpparibas.com",
  "societegenerale.fr", "credit-agricole.fr", "labanquepostale.fr", "unicredit.it", "intesasanpaolo.com", "bbva.com", "caixabank.es",
  "rabobank.nl", "abnamro.nl", "ubs.com", "postfinance.ch", "raiffeisen.ch", "nordea.com", "danskebank.com", "seb.se",
  "rbc.com", "rbcroyalbank.com", "td.com", "scotiabank.com", "bmo.com", "cibc.com", "commbank.com.au", "westpac.com.au",
  "anz.com", "nab.com.au", "dbs.com", "dbs.com.sg", "ocbc.com", "uob.com.sg", "hdfcbank.com", "icicibank.com", "onlinesbi.sbi",
  "sbi.co.in", "axisbank.com", "itau.com.br", "bradesco.com.br", "nubank.com.br", "sberbank.ru", "tinkoff.ru", "kaspi.kz",
  "standardbank.co.za", "fnb.co.za", "gtbank.com", "zenithbank.com", "equitybankgroup.com", "paypal.com", "venmo.com", "cash.app",
  "klarna.com", "stripe.com", "pay.google.com", "alipay.com", "interactivebrokers.com", "traderepublic.com",
  // Health, taxes, passwords, identity
  "mychart.com", "nhs.uk", "irs.gov", "login.gov", "elster.de", "impots.gouv.fr", "accounts.google.com", "login.microsoftonline.com",
  "appleid.apple.com", "1password.com", "bitwarden.com", "lastpass.com", "dashlane.com", "passwords.google.com",
]);

/** The host name that an entry of a list means: a name, or an address as people paste it; null when it is neither. */
export function hostOf(entry) {
  const text = entry.trim().replace(/^\*?\./, "");
  try {
    const { hostname } = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    return hostname.includes("%") ? null : hostname.replace(/\.$/, "") || null; // Chromium escapes spaces
  } catch {
    return null;
  }
}

/** Whether a host name is on a list; a name on the list covers its subdomains. */
export function isListed(host, list) {
  const name = host.toLowerCase().replace(/\.$/, "");
  return list.some((entry) => {
    const site = hostOf(entry);
    return site !== null && (name === site || name.endsWith(`.${site}`));
  });
}
