/// The style sheet of a page.
enum PageStyle {
  static var sheet: String { themes + base + parts + PlotStyle.forPage + plots + paper }

  private static var themes: String {
    let light = PlotStyle.variables(.light, isDark: false)
    let dark = PlotStyle.variables(.dark, isDark: true)
    return """
      :root{color-scheme:light;\(light)}
      @media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;\(dark)}}
      :root[data-theme=dark]{color-scheme:dark;\(dark)}
      @media print{:root:root:root{color-scheme:light;\(light)}}

      """
  }

  private static let base = """
    *,::before,::after{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
    body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 \(PlotStyle.fonts);overflow-wrap:anywhere}
    h1,h2,h3{line-height:1.25;font-weight:650;text-wrap:balance}
    h1{font-size:1.75rem;margin:0}
    h2{font-size:1.3rem;margin:0 0 1rem}
    h3{font-size:1rem;margin:2rem 0 .5rem}
    p,ul{max-width:42rem;margin:0 0 1rem}
    ul{padding-left:1.25rem}
    a{color:var(--accent);text-underline-offset:.15em}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
    code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
    :not(pre)>code{background:var(--surface);padding:.1em .3em;border-radius:3px}
    button{font:inherit;font-size:.8125rem;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:.25rem .75rem;cursor:pointer;white-space:nowrap}
    button:hover{background:var(--surface)}
    [hidden]{display:none!important}
    .skip{position:absolute;left:-999rem}
    .skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;z-index:2}
    header,.columns,footer{max-width:76rem;margin:0 auto;padding:0 1rem}
    header{display:flex;justify-content:space-between;align-items:flex-start;gap:1rem;padding-top:2rem;padding-bottom:1.5rem}
    header>div{min-width:0}
    .subtitle{color:var(--soft-ink);margin:.35rem 0 0}
    main{min-width:0;outline:none}
    section{padding:2rem 0 1rem;border-top:1px solid var(--rule)}
    nav{font-size:.875rem;padding-bottom:1.5rem}
    nav summary{font-weight:600;padding:.35rem 0}
    nav ol{list-style:none;margin:.25rem 0 0;padding:0}
    nav a{display:block;padding:.3rem 0 .3rem .75rem;color:var(--soft-ink);text-decoration:none;border-left:2px solid var(--rule)}
    nav a:hover{color:var(--ink)}
    nav a[aria-current]{color:var(--accent);border-color:var(--accent)}
    footer{color:var(--soft-ink);font-size:.875rem;padding-top:1.5rem;padding-bottom:3rem;border-top:1px solid var(--rule)}
    @media (min-width:640px){header,.columns,footer{padding-left:2rem;padding-right:2rem}}
    @media (min-width:1100px){
    .columns{display:grid;grid-template-columns:12rem minmax(0,1fr);gap:3rem}
    nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;padding-top:2rem}
    }

    """

  private static let parts = """
    .lead{font-size:1.125rem;line-height:1.6}
    .note{color:var(--soft-ink);font-size:.8125rem;margin:.5rem 0 0}
    .table{overflow-x:auto;margin:0 0 1.25rem}
    table{border-collapse:collapse;font-size:.875rem;line-height:1.4;font-variant-numeric:tabular-nums}
    caption{text-align:left;font-weight:600;padding:0 0 .5rem}
    th,td{padding:.4rem 1.25rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);max-width:24rem;overflow-wrap:normal;word-break:normal}
    td,tbody th{min-width:3rem}
    thead th{color:var(--soft-ink);font-weight:500;border-bottom-color:var(--line);vertical-align:bottom}
    tbody th{font-weight:500;overflow-wrap:anywhere;min-width:7rem}
    .n{text-align:right;white-space:nowrap}
    .chosen>*{background:var(--surface);font-weight:600}
    dl{margin:0 0 1.25rem;font-size:.9375rem}
    dl>div{padding:.4rem 0;border-bottom:1px solid var(--rule)}
    @media (min-width:640px){dl>div{display:grid;grid-template-columns:minmax(7rem,14rem) minmax(0,1fr);gap:.25rem 1rem}}
    dt{color:var(--soft-ink)}
    dd{margin:0;font-variant-numeric:tabular-nums}
    dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1.25rem 2rem;margin-bottom:1.75rem}
    dl.facts>div{display:block;padding:0;border:0}
    .facts dt{font-size:.8125rem}
    .facts .value{font-size:1.5rem;font-weight:600;line-height:1.3}
    .facts .detail{font-size:.8125rem;color:var(--soft-ink)}
    .notice{display:flex;flex-wrap:wrap;gap:.15rem .75rem;border-left:3px solid var(--line);background:var(--surface);padding:.75rem 1rem;margin:0 0 1rem;border-radius:0 4px 4px 0}
    .notice span{flex:1 1 16rem}
    .notice.warning{border-color:var(--warning);background:var(--warning-surface)}
    .notice.warning strong{color:var(--warning)}
    details{margin:0 0 1rem}
    nav details{margin:0}
    summary{cursor:pointer;padding:.35rem 0}
    details:not(.numbers)[open]>summary{margin-bottom:.5rem}
    .code{border:1px solid var(--rule);border-radius:6px;margin:0 0 1.25rem;background:var(--surface)}
    .code .bar{display:flex;justify-content:space-between;align-items:center;gap:1rem;padding:.4rem .5rem .4rem 1rem;font-size:.8125rem;color:var(--soft-ink);border-bottom:1px solid var(--rule)}
    pre{margin:0;padding:.75rem 1rem;overflow-x:auto;overflow-wrap:normal}

    """

  private static let plots = """
    figure{margin:0 0 2rem;min-width:0}
    figcaption{margin-bottom:.75rem;font-size:.875rem;line-height:1.5;max-width:42rem}
    figcaption strong{display:block;font-size:.9375rem;font-weight:600}
    figcaption span{color:var(--soft-ink)}
    .plot{display:block;width:100%;height:auto}
    .half>.plot{max-width:30rem}
    .full>.plot{max-width:36rem}
    .row{display:grid;grid-template-columns:minmax(0,1fr);gap:0 2.5rem}
    @media (min-width:700px){.row{grid-template-columns:repeat(2,minmax(0,1fr))}}
    .for-wide{display:none}
    @media (min-width:700px){.for-wide{display:block}.for-narrow{display:none}}
    .spark{display:inline-block;width:5em;height:1.25em;vertical-align:-.25em}
    .plot .hot{stroke:var(--ink);stroke-width:1.5;fill-opacity:1}
    .plot .sn.hot{fill:var(--ink)}
    .numbers summary{color:var(--accent);font-size:.8125rem}
    #tip{position:fixed;z-index:3;max-width:min(20rem,90vw);pointer-events:none;background:var(--ink);color:var(--paper);font-size:.8125rem;line-height:1.4;padding:.35rem .6rem;border-radius:4px;font-variant-numeric:tabular-nums}

    """

  private static let paper = """
    @media print{
    body{font-size:10.5pt}
    nav,.skip,button,#tip{display:none!important}
    .columns{display:block}
    header,.columns,footer{max-width:none;padding-left:0;padding-right:0}
    section{break-inside:auto}
    figure,tr,.notice{break-inside:avoid}
    h2,h3{break-after:avoid}
    .table,pre{overflow:visible;white-space:pre-wrap}
    table{white-space:normal}
    .row{grid-template-columns:repeat(2,minmax(0,1fr))}
    .for-wide{display:block}.for-narrow{display:none}
    *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    }

    """
}
