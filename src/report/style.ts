import { PAPER } from "./style-print.js";
import { DARK, LIGHT } from "./theme.js";

const tokens = (colours: Record<string, string>) =>
  Object.entries(colours)
    .map(([name, value]) => `${name}:${value}`)
    .join(";");

/** The report's style sheet. */
export const STYLE = `
:root{color-scheme:light;${tokens(LIGHT)}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${tokens(DARK)}}}
:root[data-theme=dark]{color-scheme:dark;${tokens(DARK)}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
a{color:inherit;text-underline-offset:.15em;text-decoration-color:var(--muted)}
h1,h2,h3,nav a,tbody th,.verdict{overflow-wrap:anywhere}
p{max-width:75ch}
.page{display:grid;grid-template-columns:15rem minmax(0,1fr);max-width:92rem;margin:0 auto}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;padding:2rem 1rem 2rem 1.5rem;font-size:.86rem}
nav p{font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;color:var(--muted);margin:0 0 .6rem .5rem}
nav ol{list-style:none;margin:0;padding:0}
nav li{margin:.1rem 0}
nav a{display:flex;justify-content:space-between;gap:.5rem;padding:.2rem .5rem;border-radius:.3rem;text-decoration:none;color:var(--muted);line-height:1.4}
nav a:hover,nav a:focus-visible,nav a[aria-current]{background:var(--raised);color:var(--ink)}
.badge{background:var(--bad);color:var(--paper);border-radius:1rem;padding:0 .45rem;font-size:.75rem;font-weight:600;align-self:center}
main{padding:2rem 2rem 4rem;min-width:0;border-left:1px solid var(--line)}
main:focus{outline:none}
.head{display:flex;justify-content:space-between;align-items:flex-start;gap:1rem}
.themes{display:flex;flex:none}
.themes button{border-radius:0;margin-left:-1px}.themes button:first-child{border-radius:.3rem 0 0 .3rem}.themes button:last-child{border-radius:0 .3rem .3rem 0}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .2rem;letter-spacing:-.015em;text-wrap:balance}
.subtitle{color:var(--muted);margin:0;font-size:1.02rem}
h2{font-size:1.35rem;line-height:1.3;margin:3.2rem 0 1rem;padding-bottom:.35rem;border-bottom:1px solid var(--line);letter-spacing:-.01em}
h3{font-size:1rem;line-height:1.35;margin:0;font-weight:600}
.verdict{border-left:4px solid var(--bad);background:var(--raised);padding:.9rem 1.1rem;font-size:1.08rem;margin:1.2rem 0 1rem;border-radius:0 .4rem .4rem 0;max-width:none}
.verdict.good{border-color:var(--good)}
.summary{margin:0;padding-left:1.2rem}
.legend{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem 1.5rem;margin:1rem 0 0;color:var(--muted);font-size:.9rem;max-width:none}
.key{display:inline-block;width:.8rem;height:.8rem;border-radius:2px;margin-right:.4rem;vertical-align:-1px}
.key.ref{background:var(--ref)}.key.cand{background:var(--cand)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{max-width:min(100%,calc(100vw - 2.4rem));text-align:left;color:var(--muted);padding:0 0 .6rem;font-size:.88rem;line-height:1.5}
th,td{text-align:left;padding:.34rem .7rem;border-bottom:1px solid var(--line);vertical-align:baseline}
th:first-child,td:first-child{padding-left:0}
thead th{font-weight:600;color:var(--muted);font-size:.8rem;white-space:nowrap}
tbody th{font-weight:500;min-width:6rem;max-width:24rem}
#headlines tbody th{min-width:min(8.2rem,38vw)}#headlines .bar{min-width:7.5rem}
td.n,th.n{text-align:right;white-space:nowrap}
.metric{white-space:nowrap}
.bar{min-width:9rem;width:26%}
.bar div{min-width:0;display:flex;align-items:center;gap:.5rem}
.bar i{display:block;height:.62rem;border-radius:2px;background:var(--good);min-width:2px}
.bar.hint i{background:var(--warn)}.bar.clear i{background:var(--bad)}
.bar b{font-weight:600;font-size:.85rem}
.scroll{overflow-x:auto;position:relative}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.sort{border:0;padding:0;font:inherit;color:inherit;white-space:nowrap;border-radius:2px}
.sort::after{content:"";display:inline-block;width:.9em;text-align:center;color:var(--ink)}
.sort:hover::after{content:"\\2195"}
[aria-sort=descending] .sort::after{content:"\\2193"}
[aria-sort=ascending] .sort::after{content:"\\2191"}
th.n .sort::after{margin-right:-.9em}
.matrix{margin-top:1.4rem}
.matrix table{width:auto;min-width:min(100%,34rem);font-size:.86rem}
.matrix caption{font-weight:600;color:var(--ink);padding-bottom:.3rem}
.matrix th,.matrix td{padding:.2rem .35rem;border-bottom:0}
.matrix tbody th{padding-right:1rem;padding-left:.2rem;max-width:min(20rem,42vw);white-space:nowrap;overflow:hidden;text-overflow:ellipsis;position:sticky;left:0;background:var(--paper);font-weight:400}
.matrix thead th:first-child{position:sticky;left:0;background:var(--paper);padding-left:.2rem}
.matrix .score{text-align:center;min-width:3.2rem;max-width:5rem;vertical-align:bottom}.matrix thead th{vertical-align:bottom}.matrix .score .sort{white-space:normal;line-height:1.25}
.matrix td.score{padding:1px;}
.matrix td a{display:block;text-decoration:none;border-radius:3px;padding:.16rem .3rem}
.matrix thead .sort::after{position:absolute}
.matrix tbody tr:hover th{color:var(--ink);text-decoration:underline;text-decoration-color:var(--line)}
.matrix td.noise a,.swatch.noise{background:var(--good-fill);color:var(--good)}
.matrix td.hint a,.swatch.hint{background:var(--warn-fill);color:var(--warn)}
.matrix td.clear a,.swatch.clear{background:var(--bad-fill);color:var(--bad);font-weight:650}
.matrix td a:hover{outline:1px solid currentColor}
.swatch{border-radius:3px;padding:0 .45rem}
caption .noise{color:var(--good)}caption .hint{color:var(--warn)}caption .clear{color:var(--bad)}
details{margin:1rem 0 0}details+.scroll{margin-top:1.2rem}
summary{cursor:pointer;color:var(--muted);font-size:.9rem;width:fit-content;border-radius:.2rem}
summary:hover{color:var(--ink)}
details[open]>summary{margin-bottom:.6rem}
.card details{margin-top:.5rem}.card summary{font-size:.82rem}
.cards{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:1.25rem;margin-top:1.25rem}
.half{grid-column:span 3}.beside{grid-column:span 6}.third{grid-column:span 2}.two-thirds{grid-column:span 4}.whole{grid-column:span 6}
.card{border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.1rem .9rem;background:var(--paper);break-inside:avoid;margin:0;min-width:0;display:flex;flex-direction:column}
.card header{display:flex;align-items:baseline;justify-content:space-between;gap:.8rem;margin-bottom:.5rem}
.card:target{border-color:var(--third);box-shadow:0 0 0 1px var(--third)}
.tools{display:flex;gap:.3rem;flex:none}
button{font:inherit;font-size:.78rem;color:var(--muted);background:transparent;border:1px solid var(--line);border-radius:.3rem;padding:.1rem .5rem;cursor:pointer}
button:hover{color:var(--ink);border-color:var(--muted)}
button[aria-pressed=true]{background:var(--ink);color:var(--paper);border-color:var(--ink)}
:focus-visible{outline:2px solid var(--third);outline-offset:2px}
.plot{min-height:340px;display:block;width:100%}
.plot.vega-embed{display:block;padding:0}
.plot svg{max-width:100%;height:auto;display:block;margin:0 auto}
.mark-rect path{shape-rendering:crispEdges}
.plot.zooming{cursor:grab;touch-action:none;user-select:none}.plot.zooming:active{cursor:grabbing}
.chips{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;margin:.5rem 0 0;padding:0;list-style:none;font-size:.83rem;color:var(--muted)}
.chips li{white-space:nowrap}
.chips b{color:var(--ink);font-weight:600}
td.clear,.chips .clear b{color:var(--bad)}td.hint,.chips .hint b{color:var(--warn)}
.metrics{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,14.4rem),1fr));gap:.05rem 1.6rem}
.metrics li{display:flex;gap:.5rem;align-items:baseline}.metrics span{min-width:3rem}.metrics i{font-style:normal;margin-left:auto}
.plain{margin:.5rem 0 0;padding-left:1.1rem;font-size:.86rem}
.stats{font-size:.82rem;margin-top:.5rem;color:var(--muted)}
.stats caption{font-size:inherit;padding-bottom:.2rem}
.stats th,.stats td{min-width:0;padding:.15rem .5rem .15rem 0;border:0;font-size:inherit}
.stats th:last-child,.stats td:last-child{padding-right:0}
.stats th{white-space:normal;overflow-wrap:break-word;max-width:11rem}.stats tbody th{font-weight:400}.stats thead th{color:var(--muted);overflow-wrap:anywhere;vertical-align:bottom}.stats tbody td{color:var(--ink)}
.note{color:var(--muted);font-size:.86rem;margin:.5rem 0 0}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) minmax(0,1fr);gap:.35rem 1.4rem;margin:0;font-size:.9rem}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
.methods dt{color:var(--ink);font-weight:500}.methods .note{display:block;margin:0}
pre{background:var(--raised);border:1px solid var(--line);border-radius:.4rem;padding:.8rem 1rem;overflow:auto;max-height:32rem;font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:0}
.skip{position:absolute;left:-9999px}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem;z-index:2}
#vg-tooltip-element{font:12px system-ui,sans-serif;background:var(--raised);color:var(--ink);border:1px solid var(--line);box-shadow:0 2px 8px rgb(0 0 0/.18)}
#vg-tooltip-element table tr td.key{color:var(--muted)}
@media (min-width:58rem){.beside{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);column-gap:2rem;align-items:center}.beside header{grid-column:span 2}.beside .note{font-size:.95rem}}
@media (max-width:72rem){.third,.two-thirds{grid-column:span 6}}
@media (max-width:66rem){.page{grid-template-columns:minmax(0,1fr)}nav{position:static;border-bottom:1px solid var(--line);max-height:none;padding:1rem 1.2rem}nav ol{columns:12rem auto}main{padding:1.2rem;border:0}.section{display:none}}
@media (max-width:58rem){.half{grid-column:span 6}}
@media (max-width:34rem){.wide{display:none}.metric{white-space:normal}body{font-size:14px}main,nav{padding-left:.9rem;padding-right:.9rem}.head{flex-direction:column-reverse}h1{font-size:1.5rem}.card{padding:.8rem .8rem .7rem}.cards{gap:.9rem}th,td{padding:.3rem .45rem}.bar{min-width:5.5rem}.chips li{white-space:normal}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}.card header{flex-wrap:wrap}}
@media print{:root:root:root{color-scheme:light;${tokens(LIGHT)}}${PAPER}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`;
