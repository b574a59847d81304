// The look of the card. It lives in a closed shadow root, so that the page's styles do not reach it.

globalThis.scamlint.cardStyle = `
:host { all: initial; position: fixed; inset: auto; margin: 0; padding: 0; border: 0; background: none; overflow: visible; color-scheme: light dark;
  display: block !important; visibility: visible !important; opacity: 1 !important; } /* pages hide elements that are not defined */
:host(:not(:popover-open)) { display: none !important; }
* { box-sizing: border-box; }
.card { width: min(340px, calc(100vw - 24px)); max-height: min(420px, calc(100vh - 24px)); overflow-y: auto; border: 1px solid light-dark(#dfdad0, #2d343a);
  border-radius: 12px; background: light-dark(#fffefb, #1a1e22); color: light-dark(#1c2327, #e6e4de); font: 14px/1.5 system-ui, "Liberation Sans", sans-serif;
  text-align: start; box-shadow: 0 2px 6px rgb(0 0 0 / .12), 0 18px 44px -14px rgb(0 0 0 / .45); }
.card:focus, :focus-visible { outline: 2px solid light-dark(#17495f, #8ec5dd); outline-offset: 1px; }
section { padding: 12px 16px 14px; border-top: 4px solid var(--c); }
h2 { margin: 0; font: 650 15px/1.4 inherit; font-size: 15px; font-weight: 650; display: flex; justify-content: space-between; gap: 12px; }
.score { font-weight: 400; font-size: 12.5px; white-space: nowrap; }
.score, .source, .fine { color: light-dark(#566067, #a4abb0); }
p { margin: 6px 0 0; } p:empty { display: none; } .source { font-size: 12.5px; }
a, summary { color: light-dark(#17495f, #8ec5dd); }
details { margin-top: 8px; font-size: 13px; } summary { cursor: pointer; min-height: 24px; }
form { display: grid; gap: 8px; margin-top: 6px; } label { display: flex; gap: 8px; align-items: baseline; min-height: 24px; }
select, button { font: inherit; min-height: 30px; border-radius: 7px; color: inherit; background: light-dark(#fffefb, #232a2f); border: 1px solid light-dark(#8b9297, #59636a); }
button { justify-self: start; padding: 3px 14px; cursor: pointer; background: light-dark(#17495f, #8ec5dd); color: light-dark(#fff, #10202a); border: 0; }
.bar { display: flex; justify-content: space-between; align-items: center; gap: 8px; padding: 6px 10px 6px 16px; font-size: 12px; border-top: 1px solid light-dark(#dfdad0, #2d343a); }
.bar span { color: light-dark(#566067, #a4abb0); }
.bar button { min-height: 26px; padding: 1px 10px; background: none; color: inherit; border: 1px solid light-dark(#8b9297, #59636a); }
`;
