"""Evidence as one HTML file to read and to print: no script, no request, all text escaped."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; border-top: 1px solid #999; padding-top: .8rem; }
h3 { font-size: 1rem; font-weight: 600; margin-bottom: .3rem; }
.verdict { display: inline-block; padding: .05rem .5rem; border: 1px solid; border-radius: .3rem; margin-right: .5rem; }
.met { color: #0b5d1e; } .not-met { color: #9c1320; } .no-facts { color: #6b4e00; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid #ddd; padding: .25rem .5rem .25rem 0; }
td, code { overflow-wrap: anywhere; } td:first-child, td:nth-child(4) { white-space: nowrap; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } h3, tr { break-inside: avoid; } }
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"


def evidence_html(document: Mapping[str, Any]) -> str:
    """Of the document of `report --evidence`."""
    title = escape(f"{document['framework']}: backups of {document['bundle']}")
    controls = "".join(_control(one) for one in document["controls"])
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>Version {escape(document['version'])}, as the hub knew it at {escape(document['asOf'])}. A verdict is on "
        "the statement beside it and on nothing else; whether a control is satisfied is for the auditor to say.</p>"
        f"{controls}{_proof(document['ledger'])}</body></html>\n"
    )


def _control(control: Mapping[str, Any]) -> str:
    statements = "".join(_statement(one) for one in control["statements"])
    return f"<section><h2>{escape(control['id'])} {escape(control['title'])}</h2>{statements}</section>"


def _statement(one: Mapping[str, Any]) -> str:
    verdict = escape(one["verdict"])
    head = f'<h3><span class="verdict {verdict.replace(" ", "-")}">{verdict}</span>{escape(one["statement"])}</h3>'
    if not one["facts"]:
        return f"{head}<p>The hub has no facts on this.</p>"
    rows = "".join(_fact(fact) for fact in one["facts"])
    titles = "".join(f'<th scope="col">{name}</th>' for name in ("holds", "of", "fact", "as of", "ledger"))
    return f"{head}<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>"


def _fact(fact: Mapping[str, Any]) -> str:
    proof = fact.get("ledger")
    entry = f"{proof['sequence']} <code>{escape(proof['hash'][:16])}</code>" if proof else ""
    mark = "yes" if fact["holds"] else "<strong>no</strong>"
    told = "".join(f"<td>{escape(str(fact[name]))}</td>" for name in ("subject", "says", "asOf"))
    return f"<tr><td>{mark}</td>{told}<td>{entry}</td></tr>"


def _proof(ledger: Mapping[str, Any]) -> str:
    return (
        f"<section><h2>The ledger</h2><p><code>{escape(ledger['file'])}</code>, {ledger['entries']} entries, SHA-256 "
        f"<code>{escape(ledger['sha256'])}</code>. Without access to the hub, whoever has its public key "
        f"(<code>{escape(ledger['key'])}</code>) checks that no entry was changed, dropped or reordered: "
        f"<code>{escape(ledger['check'])}</code></p></section>"
    )
