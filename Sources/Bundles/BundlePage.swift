internal import BifrostKernel
internal import EventStore
internal import Proofs
internal import Replays
internal import Sagas

/// The summary of a bundle: one page that asks nothing of any host, in light, in dark and on paper.
struct BundlePage {
    let span: AccountSpan
    let log: Identifier
    let shard: ShardNumber
    let checkpoint: Checkpoint

    func text(_ statement: AccountStatement) -> String {
        let title = "Account \(Self.escaped(span.account.alias))"
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(title)</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <h1>\(title)</h1>
            <table class="facts">
            \(facts.map { "<tr><th>\($0.0)</th><td>\(Self.escaped($0.1))</td></tr>" }.joined(separator: "\n"))
            </table>
            \(statement.sections.map(Self.section).joined(separator: "\n"))
            <footer>Amounts are exact, times UTC. The other files of the bundle hold every event with its proof; \
            ops/verify-bundle checks them. This page is what the signer of the bundle derived from them.</footer>
            </body>
            </html>

            """
    }

    private var facts: [(String, String)] {
        let account = span.account
        var facts = [
            ("Account", account.account.id.text), ("Owner", account.owner.id.text),
            ("Currency", account.currency.code),
            ("Span", "behind position \(span.positions.lowerBound - 1), up to \(span.positions.upperBound)"),
            ("Events of the account", String(span.events.count)),
        ]
        if let first = span.events.first?.header, let last = span.events.last?.header {
            facts.append(("Recorded", "\(first.recordedAt.text) to \(last.recordedAt.text)"))
        }
        return facts + [
            ("Log and shard", "\(log.text), \(shard.value)"),
            ("Proven under", "the signed checkpoint of the first \(checkpoint.head.size) events"),
        ]
    }

    private static func section(_ section: AccountStatement.Section) -> String {
        guard !section.rows.isEmpty else {
            return "<h2>\(escaped(section.title))</h2>\n<p class=\"none\">None in the span.</p>"
        }
        func cells(_ texts: [String], _ tag: String) -> String {
            let cells = zip(texts, section.columns).map { text, column in
                "<\(tag)\(column.isNumber ? " class=\"number\"" : "")>\(escaped(text))</\(tag)>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        return "<h2>\(escaped(section.title))</h2>\n<div class=\"scroll\"><table>\n<thead>"
            + cells(section.columns.map { $0.name }, "th") + "</thead>\n<tbody>\n"
            + section.rows.map { cells($0, "td") }.joined(separator: "\n") + "\n</tbody></table></div>"
    }

    /// Text as it may stand in an element or an attribute.
    static func escaped(_ text: String) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    private static let style = """
        :root { --ink: #16202a; --soft: #5b6875; --paper: #ffffff; --line: #dde2e8; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6ebf0; --soft: #98a5b3; --paper: #10151b; --line: #2a343f; }
        }
        @media print { :root { --ink: #000; --soft: #444; --paper: #fff; --line: #bbb; } }
        body { margin: 0 auto; max-width: 80rem; padding: 1rem; background: var(--paper); color: var(--ink);
          font: 14px/1.45 system-ui, sans-serif; }
        h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        table.facts { width: auto; }
        th { text-align: left; color: var(--soft); font-weight: 500; }
        th, td { padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        .number { text-align: right; white-space: nowrap; }
        .none, footer { color: var(--soft); } footer { margin-top: 2rem; }
        @media print { body { font-size: 9px; padding: 0; max-width: none; } thead { display: table-header-group; }
          tr { break-inside: avoid; } .scroll { overflow: visible; } }
        """
}
