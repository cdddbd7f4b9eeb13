import { DARK, LIGHT } from "./theme.js";

const tokens = (colours: Record<string, string>) =>
  Object.entries(colours)
    .map(([name, value]) => `${name}:${value}`)
    .join(";");

/** The report's style sheet. */
export const STYLE = `
:root{color-scheme:light dark;${tokens(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${tokens(DARK)}}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
a{color:inherit}
h1,h2,h3,nav a,tbody th,.verdict{overflow-wrap:anywhere}
.page{display:grid;grid-template-columns:15rem minmax(0,1fr);max-width:90rem;margin:0 auto}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;padding:2rem 1rem 2rem 1.5rem;border-right:1px solid var(--line);font-size:.86rem}
nav p{font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;color:var(--muted);margin:0 0 .6rem}
nav ol{list-style:none;margin:0;padding:0}
nav li{margin:.1rem 0}
nav a{display:flex;justify-content:space-between;gap:.5rem;padding:.2rem .5rem;border-radius:.3rem;text-decoration:none;color:var(--muted)}
nav a:hover,nav a:focus-visible,nav a[aria-current]{background:var(--raised);color:var(--ink)}
.badge{background:var(--bad);color:var(--paper);border-radius:1rem;padding:0 .45rem;font-size:.75rem;font-weight:600;align-self:center}
main{padding:2rem 2rem 4rem;min-width:0}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .2rem;letter-spacing:-.015em}
.subtitle{color:var(--muted);margin:0 0 1.2rem;font-size:1.02rem}
h2{font-size:1.3rem;margin:3rem 0 1rem;padding-bottom:.35rem;border-bottom:1px solid var(--line);letter-spacing:-.01em}
h3{font-size:1rem;margin:0;font-weight:600}
.verdict{border-left:4px solid var(--bad);background:var(--raised);padding:.9rem 1.1rem;font-size:1.08rem;margin:0 0 1rem;border-radius:0 .4rem .4rem 0}
.verdict.good{border-color:var(--good)}
.summary{margin:0;padding-left:1.2rem;color:var(--ink)}
.legend{display:flex;flex-wrap:wrap;gap:1.5rem;margin:1rem 0 0;color:var(--muted);font-size:.9rem}
.key{display:inline-block;width:.8rem;height:.8rem;border-radius:2px;margin-right:.4rem;vertical-align:-1px}
.key.ref{background:var(--ref)}.key.cand{background:var(--cand)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--muted);padding:0 0 .6rem;font-size:.88rem}
th,td{text-align:left;padding:.34rem .7rem;border-bottom:1px solid var(--line);vertical-align:baseline}
thead th{font-weight:600;color:var(--muted);font-size:.8rem;white-space:nowrap}
tbody th{font-weight:500;min-width:6rem}
td.n,th.n{text-align:right;white-space:nowrap}
.metric{white-space:nowrap}
.bar{min-width:9rem;width:26%}
.bar div{display:flex;align-items:center;gap:.5rem}
.bar i{display:block;height:.62rem;border-radius:2px;background:var(--good);min-width:2px}
.bar.hint i{background:var(--warn)}.bar.clear i{background:var(--bad)}
.bar b{font-weight:600;font-size:.85rem}
.scroll{overflow-x:auto}
details{margin:1rem 0 0}
summary{cursor:pointer;color:var(--muted);font-size:.9rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,33rem),1fr));gap:1.25rem}
.card{border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.1rem .9rem;background:var(--paper);break-inside:avoid;margin:0;min-width:0}
.card header{display:flex;align-items:baseline;justify-content:space-between;gap:.8rem;margin-bottom:.3rem}
.tools{display:flex;gap:.3rem;flex:none}
button{font:inherit;font-size:.78rem;color:var(--muted);background:transparent;border:1px solid var(--line);border-radius:.3rem;padding:.05rem .5rem;cursor:pointer}
button:hover{color:var(--ink);border-color:var(--muted)}
button[aria-pressed=true]{background:var(--ink);color:var(--paper);border-color:var(--ink)}
:focus-visible{outline:2px solid var(--cand);outline-offset:2px}
.plot{min-height:340px;display:block;width:100%}
.plot.vega-embed{display:block;padding:0}
.plot svg{max-width:100%;height:auto;display:block;margin:0 auto}
.chips{display:flex;flex-wrap:wrap;gap:.3rem .9rem;margin:.5rem 0 0;padding:0;list-style:none;font-size:.83rem;color:var(--muted)}
.chips b{color:var(--ink);font-weight:600}
td.clear,.chips .clear b{color:var(--bad)}td.hint,.chips .hint b{color:var(--warn)}
.stats{font-size:.82rem;margin-top:.4rem;color:var(--muted)}
.stats th,.stats td{min-width:0;padding:.15rem .5rem .15rem 0;border:0;font-size:inherit}
.note{color:var(--muted);font-size:.86rem;margin:.5rem 0 0}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.3rem 1.2rem;margin:0;font-size:.9rem}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
.skip{position:absolute;left:-9999px}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem}
#vg-tooltip-element{font:12px system-ui,sans-serif;background:var(--raised);color:var(--ink);border:1px solid var(--line)}
@media (max-width:60rem){.page{grid-template-columns:1fr}nav{position:static;border:0;border-bottom:1px solid var(--line);max-height:none}nav ol{columns:2}main{padding:1.2rem}.section{display:none}}
@media print{
:root{color-scheme:light;${tokens(LIGHT)}}
@page{margin:14mm}
body{font-size:10.5pt}
.page{display:block;max-width:none}nav,.tools,.skip,.section,#log-all{display:none}main{padding:0}
.cards{grid-template-columns:1fr 1fr;gap:4mm}.card{padding:3mm}.plot{min-height:0}
h3{font-size:10pt}.chips,.stats,.note{font-size:7.5pt}th,td{padding:.25rem .4rem}.scroll{overflow:visible}
h2{break-after:avoid}tr{break-inside:avoid}
summary{display:none}
}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`;
