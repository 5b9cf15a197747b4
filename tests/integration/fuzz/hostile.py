"""What nobody should send: texts, numbers, dates, addresses to go on to, headers and bodies."""

from random import Random
from urllib.parse import quote_from_bytes, urlsplit
from uuid import UUID

ELSEWHERE = "elsewhere.example"
NUMBERS = [
    "-1", "0", "00", "1.5", "1e309", "NaN", "inf", "²", "٣", "१२", "+1", " 1 ", "1_0", "0x10",
    *(str(number + more) for number in (2**15, 2**31, 2**63, 2**64, 10**30) for more in (-1, 0)),
    str(-(2**31) - 1), str(-(2**63) - 1), "9" * 400, "9" * 5_000,
]  # fmt: skip
DATES = [
    "0000-00-00", "0001-01-01", "1899-12-31", "2026-02-29", "2026-03-29", "9999-12-31", "10000-01-01", "24.00", "99.99",
    "2026-03-29T02:30", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "2026-W48-2", "igår 23.50", "idag",
]  # fmt: skip
NEXTS = [
    "abc", "status", "contact", "admin:index", "a:b:c", "x.y", "/", "//", "///", "?", "#", ".", "./", "../",
    "/../", f"//{ELSEWHERE}/", f"///{ELSEWHERE}", f"////{ELSEWHERE}", f"/\\{ELSEWHERE}", f"\\\\{ELSEWHERE}",
    f"\\/{ELSEWHERE}", f"https://{ELSEWHERE}/", f"https:{ELSEWHERE}", f"https:/{ELSEWHERE}",
    f"http:///{ELSEWHERE}", f"ftp://{ELSEWHERE}", f" //{ELSEWHERE}", f"\t//{ELSEWHERE}", f"/\t/{ELSEWHERE}",
    f"/\n/{ELSEWHERE}", f"\x08//{ELSEWHERE}", f"http://testserver@{ELSEWHERE}/",
    f"http://testserver:80@{ELSEWHERE}/", f"http://{ELSEWHERE}\\@testserver/", f"/%2f{ELSEWHERE}",
    f"/%5c{ELSEWHERE}", f"/%09/{ELSEWHERE}", "javascript:alert(1)", "data:text/html,x", "mailto:a@b",
    "http://testserver/vardkedjor/", "http://[", "//[", "http://testserver:x/", "/[", "/%00", "/\0", "/%",
    "/%zz", "/%ff/", "/\r\nX-Own: 1", "/vardkedjor/", "/vardkedjor/?q=%ff", "/kontakter/#a", "/finns/inte/",
    "/å/ö/", "/logga-ut/", "/admin/", "/logga-in/?next=/logga-in/", "x" * 3_000, "/" + "x" * 3_000,
    "/uppdrag/?next=" + "/a" * 1_500, "\udc80",
]  # fmt: skip
TEXTS = [
    "", " ", "\0", "a\0b", "\ud800", "\udfff", "x", "x" * 300, "å" * 5_000, "👩‍⚕️", "\u202e", "\ufeff", "%",
    "%zz", "%ff", "'", '"', "\\", "' OR 1=1 --", "<script>alert(1)</script>", "{{ 7 }}", "{}", "[]",
    '{"a": [1]}', "[[]]", "[null]", "null", "true", "None", "undefined", "../../etc/passwd", "a\nb", "\r\n",
    "a,b;c", "a:b", "new:", "new:x:y", "event:", "event:x", "notice:", "notice:a:b:c",
    "new:admission:inpatient", ":", "::", "=", "a=b", "on", "other", "(", "*", "[", "19121212-1212",
    "19990230-9999", "0980-319 206", "+46", "0" * 50, "Å\u030a", "a" * 63 + "\u0327", "A9A9A9A9A",
]  # fmt: skip
IDS = [
    str(UUID(int=0)),
    str(UUID(int=2**128 - 1)),
    str(UUID(int=7, version=4)),
    "{" + str(UUID(int=9)) + "}",
    "0" * 32,
]

HEADERS: dict[str, list[str]] = {
    "Accept": ["", "*/*;q=x", "application/json", "text/html;level=1;" * 50],
    "Accept-Charset": ["utf-7"],
    "Accept-Encoding": ["gzip;q=x", "\xff", "br, , gzip"],
    "Accept-Language": ["en", "xx-" + "y" * 200, ";;;", "sv;q=9e999", "\xe5"],
    "Cookie": ["sessionid=x", "sessionid=\xff", "csrftoken=" + "x" * 32, "undanlagt=a.b:c", "=", "a" * 9_000],
    "Host": [ELSEWHERE, "testserver:99999", "[::1", "", "testserver.", "a b"],
    "HX-Current-URL": ["http://[", f"https://{ELSEWHERE}/", "\xff", "/%ff", ""],
    "HX-Request": ["true", "false", "x"],
    "HX-Boosted": ["true"],
    "HX-History-Restore-Request": ["true"],
    "HX-Prompt": ["\xff", "x" * 5_000],
    "HX-Target": ["\xff", "<"],
    "HX-Trigger": ["calls", "\xff"],
    "HX-Trigger-Name": ["x"],
    "Triggering-Event": ["{", "null", "\xff", "[1]"],
    "If-Match": ["*", '"', "x"],
    "If-Modified-Since": ["x", "Thu, 99 Nov 2026 00:00:00 GMT", "Thu, 01 Jan 0000 00:00:00 GMT", "9" * 500],
    "If-None-Match": ["*", 'W/"', "\xff"],
    "If-Unmodified-Since": ["x"],
    "Origin": [f"https://{ELSEWHERE}", "null", "http://["],
    "Range": ["bytes=", "bytes=9-1", "bytes=-" + "9" * 30, "lines=1"],
    "Referer": [f"https://{ELSEWHERE}/", "http://[", "\xff", "abc", "x" * 5_000],
    "X-Forwarded-For": ["\xff", "x" * 500],
    "X-Forwarded-Host": [ELSEWHERE],
    "X-Forwarded-Proto": ["https", "x"],
    "X-HTTP-Method-Override": ["DELETE"],
    "X-Requested-With": ["XMLHttpRequest"],
    "X-Typed-By": ["", "x", "\xff", "a:b:c"],
}  # fmt: skip
CONTENT_TYPES = [
    "", "x", "/", "text/plain", "application/json", "application/xml", "multipart/form-data",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=\xe5", "multipart/form-data; boundary=a b",
    "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "x" * 300, "multipart/mixed; boundary=x",
    *(
        f"{kind}; charset={charset}"
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html")
        for charset in ("utf-8", "latin-1", "utf-16", "utf-7", "rot13", "hex", "idna", "unicode_escape", "x", "")
    ),
]  # fmt: skip
BODIES = [
    b"", b"\0", b"\xff\xfe", b"{", b"[]", b'{"next": "abc"}', b"<a/>", b"&&&", b"=", b"a=%ff%fe", b"a=%", b"%00=%00",
    b"a=1&" * 2_500, b"--x", b"--x--", b"--x\r\n\r\n\r\n--x--", b"--x\r\nContent-Disposition: x\r\n\r\n1\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xff.csv"\r\n\r\n\0\r\n--x--\r\n',
    b"--x\r\nContent-Disposition: form-data; name*=utf-9''a\r\n\r\n1\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x',
    (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n1\r\n' * 600) + b"--x--\r\n",
]  # fmt: skip
FILES = [
    b"",
    b"\0" * 100,
    b"%PDF-1.7\n%%EOF",
    b"PK\x03\x04" + b"\xff" * 60,
    b"Namn;Telefon\n\xe5;1",
    b"\xff\xd8\xff\xe0" * 9,
]


def text(chosen: Random) -> str:
    return chosen.choice(chosen.choice([TEXTS, TEXTS, NUMBERS, DATES, NEXTS, IDS]))


def quoted(value: str) -> str:
    """For an address or a form's body; halves of a character outside the plane go as they are, which is no UTF-8."""
    return quote_from_bytes(value.encode("utf-8", "surrogatepass"), safe="")


def encoded(fields: dict[str, list[str]]) -> str:
    return "&".join(f"{quoted(name)}={quoted(value)}" for name, values in fields.items() for value in values)


def multipart(fields: dict[str, list[str]], files: dict[str, bytes]) -> bytes:
    """With the boundary `x`."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{quoted(name)}"\r\n\r\n{value}\r\n'
        for name, values in fields.items()
        for value in values
    ]
    body = "".join(parts).encode("utf-8", "surrogatepass")
    for name, content in files.items():
        head = f'--x\r\nContent-Disposition: form-data; name="{quoted(name)}"; filename="a.csv"\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return body + b"--x--\r\n"


def leads_off(location: str) -> bool:
    """Whether a browser on a page of ours would leave the host; it reads \\ as /, and takes out what it can not see."""
    read = "".join(char for char in location.strip() if char > "\x1f").replace("\\", "/")
    if read.startswith("//"):
        return True
    parts = urlsplit(read)
    return bool(parts.scheme or parts.netloc) and (parts.scheme, parts.netloc) != ("http", "testserver")
