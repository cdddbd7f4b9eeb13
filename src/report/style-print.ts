/** Rules for paper: two plots a row, nothing that only a screen can use, and no card or line cut by the end of a page. */
export const PAPER = `
@page{size:A4;margin:13mm}
body{font-size:9.5pt;line-height:1.4;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.page{display:block;max-width:none}
nav,.tools,.skip,.section,#log-all,.themes,.screen,details:not([open]),summary{display:none}
main{padding:0;border:0}
p{max-width:none}
h1{font-size:17pt}h2{font-size:13pt;margin:7mm 0 3mm}h3{font-size:9.5pt}
h2,caption,thead{break-after:avoid}tr,.verdict,dt,dd{break-inside:avoid}
.verdict{font-size:10.5pt;padding:3mm 4mm}
.cards{display:block;margin:0;font-size:0}
.card{display:inline-block;vertical-align:top;width:calc(50% - 2mm);margin:0 4mm 4mm 0;padding:2.5mm 3mm;font-size:9pt;border-radius:1mm}
.card.half:nth-of-type(even){margin-right:0}
.card.third{width:calc(33.33% - 2.7mm)}.card.third:nth-of-type(3n){margin-right:0}
.card.two-thirds{width:calc(66.66% - 1.4mm);margin-right:0}
.card.whole,.card.beside{width:100%;margin-right:0}
.card:target{border-color:var(--line);box-shadow:none}
.plot,.plot.vega-embed{min-height:0!important}
.chips,.stats,.note,.plain{font-size:7pt}table{font-size:8pt}caption{font-size:8pt}
th,td{padding:.2rem .35rem}.stats th,.stats td{padding:.05rem .3rem .05rem 0}
.metrics{grid-template-columns:repeat(auto-fill,minmax(38mm,1fr));gap:0 4mm}.metrics span{min-width:7mm}
.scroll{overflow:visible}.bar{min-width:0}
.matrix table{font-size:7.5pt;min-width:0}.matrix .score{min-width:0}.matrix tbody th{position:static}.sort::after{display:none}
dl{font-size:8.5pt}pre{max-height:none;white-space:pre-wrap;font-size:7pt}
`;
