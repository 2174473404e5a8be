// detect: see detect.h.

#include "pdl/detect.h"

#include "pdl/input.h"

enum strength { SURE, PLAIN, SHORT };

struct sign {
    enum strength strength;
    enum pdl_family family;
    size_t at;
    struct str bytes;
    const char *format;
    const char *name;
};

#define SIGN(strength, family, at, bytes, format, name)                                            \
    { strength, PDL_FAMILY_##family, (at), { (bytes), sizeof(bytes) - 1 }, (format), (name) },

static const struct sign signs[] = {
#include "pdl/detect.tbl.h"
};

// What PJL calls a language, where the data has no sign of its own.
struct tongue {
    struct str name;
    enum pdl_family family;
    const char *format;
    const char *title;
};

#define TONGUE(name, family, format, title)                                                        \
    {                                                                                              \
        { (name), sizeof(name) - 1 }, PDL_FAMILY_##family, (format), (title)                       \
    }

static const struct tongue tongues[] = {
    TONGUE("PCLXL", PCLXL, "application/vnd.hp-pclxl", "PCL XL"),
    TONGUE("PCL6", PCLXL, "application/vnd.hp-pclxl", "PCL XL"),
    TONGUE("PCL", PCL, "application/vnd.hp-pcl", "PCL 5"),
    TONGUE("PCL3GUI", PCL, "application/vnd.hp-pcl", "PCL 3 GUI"),
    TONGUE("PCL5", PCL, "application/vnd.hp-pcl", "PCL 5"),
    TONGUE("PCL5C", PCL, "application/vnd.hp-pcl", "PCL 5"),
    TONGUE("PCL5E", PCL, "application/vnd.hp-pcl", "PCL 5"),
    TONGUE("HPGL2", PCL, "application/vnd.hp-hpgl", "HP-GL/2"),
    TONGUE("HPGL", PCL, "application/vnd.hp-hpgl", "HP-GL/2"),
    TONGUE("POSTSCRIPT", POSTSCRIPT, "application/postscript", "PostScript"),
    TONGUE("PS", POSTSCRIPT, "application/postscript", "PostScript"),
    TONGUE("KPDL", POSTSCRIPT, "application/postscript", "PostScript"),
    TONGUE("ESCP", ESCP, "application/x-escp", "ESC/P"),
    TONGUE("ESC/P", ESCP, "application/x-escp", "ESC/P"),
    TONGUE("ESCPL2", ESCP, "application/x-escp", "ESC/P"),
    TONGUE("EPSON", ESCP, "application/x-escp", "ESC/P"),
    TONGUE("ZJS", UNCOUNTABLE, "application/x-zjstream", "ZjStream"),
    TONGUE("XQX", UNCOUNTABLE, "application/x-xqx", "XQX"),
    TONGUE("HBP", UNCOUNTABLE, "application/x-hbp", "Brother HBP"),
    TONGUE("HBPL", UNCOUNTABLE, "application/x-hbpl", "HBPL"),
    TONGUE("QPDL", UNCOUNTABLE, "application/x-qpdl", "Samsung QPDL (SPL 2)"),
    TONGUE("SMART", UNCOUNTABLE, "application/x-spl", "Samsung SPL"),
    TONGUE("SPL", UNCOUNTABLE, "application/x-spl", "Samsung SPL"),
    TONGUE("SPLC", UNCOUNTABLE, "application/x-spl", "Samsung SPL"),
    TONGUE("HIPERC", UNCOUNTABLE, "application/x-hiperc", "OKI HIPER-C"),
    TONGUE("HIPERMIP", UNCOUNTABLE, "application/x-hiperc", "OKI HIPER-MIP"),
    TONGUE("LAVAFLOW", UNCOUNTABLE, "application/x-lavaflow", "LAVAFLOW"),
    TONGUE("PCLSLEEK", UNCOUNTABLE, "application/x-pclsleek", "PCL Sleek"),
    TONGUE("GDI", UNCOUNTABLE, "application/x-gdi", "a GDI language"),
    TONGUE("DDST", UNCOUNTABLE, "application/x-ddst", "Ricoh DDST"),
    TONGUE("RPCS", UNCOUNTABLE, "application/x-rpcs", "Ricoh RPCS"),
    TONGUE("RPDL", UNCOUNTABLE, "application/x-rpdl", "Ricoh RPDL"),
    TONGUE("UFR2", UNCOUNTABLE, "application/x-canon-ufr2", "Canon UFR II"),
    TONGUE("UFRII", UNCOUNTABLE, "application/x-canon-ufr2", "Canon UFR II"),
    TONGUE("CAPT", UNCOUNTABLE, "application/x-canon-capt", "Canon CAPT"),
    TONGUE("LIPS", UNCOUNTABLE, "application/x-canon-lips", "Canon LIPS"),
    TONGUE("PRESCRIBE", UNCOUNTABLE, "application/x-kyocera-prescribe", "Kyocera PRESCRIBE"),
    TONGUE("FLX", UNCOUNTABLE, "application/x-flx", "FLX"),
    TONGUE("DWF", UNCOUNTABLE, "model/vnd.dwf", "DWF"),
    TONGUE("ACL", UNCOUNTABLE, "application/x-firmware", "firmware (ACL)"),
    TONGUE("FWUPDATE", UNCOUNTABLE, "application/x-firmware", "firmware"),
    TONGUE("ZPL", LABELS, "application/vnd.zebra-zpl", "ZPL"),
};

static bool starts(struct str run, struct str with)
{
    return run.len >= with.len && memcmp(run.ptr, with.ptr, with.len) == 0;
}

static struct str rest(struct str run, size_t from)
{
    return (struct str){ run.ptr + from, run.len - from };
}

size_t pdl_detect_padding(struct str head)
{
    size_t at = starts(head, STR("\xef\xbb\xbf")) ? 3 : 0;
    while (at < head.len && memchr("\0\x04 \t\r\n", head.ptr[at], 6) != NULL) {
        at++;
    }
    return at;
}

// The length of the UTF-8 character at the start of run, as far as it is there; 0: it is none.
static size_t character_len(struct str run)
{
    unsigned char c = (unsigned char)run.ptr[0];
    size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < len && i < run.len; i++) {
        if (((unsigned char)run.ptr[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len < run.len ? len : run.len * (len > 0);
}

// Plain text: no control character but those of layout in the head, and UTF-8, or at most a third
// of letters that are not ASCII.
static bool is_text(struct str run)
{
    size_t high = 0;
    bool utf8 = true;
    for (size_t i = 0; i < run.len; i++) {
        unsigned char c = (unsigned char)run.ptr[i];
        bool last = i + 1 == run.len && c == 0x1a; // as DOS ends its text
        if ((c < 32 && memchr("\t\n\f\r\b\v", c, 6) == NULL && !last) || c == 127) {
            return false;
        }
        high += c >= 0x80;
    }
    for (size_t i = 0; i < run.len && utf8;) {
        size_t len = character_len(rest(run, i));
        utf8 = len > 0;
        i += len;
    }
    return run.len > 0 && (utf8 || high <= run.len / 3);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void take(struct pdl_kind *kind, enum pdl_family family, const char *format,
                 const char *name)
{
    kind->family = family;
    kind->format = format;
    kind->name = name;
}

static struct str past_space(struct str run)
{
    size_t at = 0;
    while (at < run.len && memchr(" \t\r\n", run.ptr[at], 4) != NULL) {
        at++;
    }
    return rest(run, at);
}

static struct str past_digits(struct str run)
{
    size_t at = 0;
    while (at < run.len && is_digit(run.ptr[at])) {
        at++;
    }
    return rest(run, at);
}

// What comes behind a PDF's first line: a comment, or an object.
static bool is_pdf_body(struct str run)
{
    run = past_space(run);
    struct str number = past_digits(run);
    struct str generation = past_digits(past_space(number));
    return starts(run, STR("%")) ||
           (number.len < run.len && starts(past_space(generation), STR("obj")));
}

// PDF readers accept the header anywhere in the first 1,024 bytes; but a text may speak of it, and
// then goes on as a text.
static bool find_pdf(struct str head, struct pdl_kind *kind)
{
    for (size_t from = 0; from < head.len;) {
        const char *found = memmem(head.ptr + from, head.len - from, "%PDF-", 5);
        if (found == NULL) {
            return false;
        }
        size_t at = (size_t)(found - head.ptr);
        struct str run = rest(head, at);
        bool version = run.len >= 8 && is_digit(found[5]) && found[6] == '.' && is_digit(found[7]);
        if (version && (!is_text(head) || is_pdf_body(rest(run, 8)))) {
            take(kind, PDL_FAMILY_PDF, "application/pdf", "PDF");
            kind->skip = at;
            return true;
        }
        from = at + 1;
    }
    return false;
}

static bool find_sign(struct str body, enum strength strength, struct pdl_kind *kind)
{
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        const struct sign *sign = &signs[i];
        if (sign->strength == strength &&
            starts(rest(body, sign->at < body.len ? sign->at : body.len), sign->bytes)) {
            take(kind, sign->family, sign->format, sign->name);
            return true;
        }
    }
    return false;
}

static bool find_tongue(struct str language, struct pdl_kind *kind)
{
    for (size_t i = 0; i < sizeof(tongues) / sizeof(tongues[0]); i++) {
        if (str_eq(language, tongues[i].name)) {
            take(kind, tongues[i].family, tongues[i].format, tongues[i].title);
            return true;
        }
    }
    return false;
}

// P1 to P6, white space and a number or a comment; P7, a line of its own, and a word (PAM).
static bool is_netpbm(struct str body)
{
    if (starts(body, STR("P7\n")) || starts(body, STR("P7\r\n"))) {
        struct str run = past_space(rest(body, 2));
        return starts(run, STR("#")) || starts(run, STR("WIDTH")) || starts(run, STR("HEIGHT")) ||
               starts(run, STR("DEPTH")) || starts(run, STR("MAXVAL")) ||
               starts(run, STR("TUPLTYPE"));
    }
    return body.len >= 4 && body.ptr[0] == 'P' && memchr("123456", body.ptr[1], 6) != NULL &&
           (body.ptr[2] == '\n' || body.ptr[2] == '\r') &&
           (is_digit(body.ptr[3]) || body.ptr[3] == '#');
}

// Its first byte is a line feed, which before anything else is padding: so the kind of colours and
// the bits are looked at, too.
static bool is_pcx(struct str body)
{
    const unsigned char *at = (const unsigned char *)body.ptr;
    return body.len >= 4 && at[0] == 0x0a && at[1] <= 5 && at[1] != 1 && at[2] <= 1 &&
           memchr("\1\2\4\x08", at[3], 4) != NULL;
}

static bool find_pixels(struct str body, struct pdl_kind *kind)
{
    if (is_netpbm(body)) {
        take(kind, PDL_FAMILY_UNCOUNTABLE, "image/x-portable-anymap", "a Netpbm image");
    } else if (is_pcx(body)) {
        take(kind, PDL_FAMILY_UNCOUNTABLE, "image/x-pcx", "PCX");
    } else {
        return false;
    }
    return true;
}

// Containers that name what they hold behind a length of their own, whose zeroes are no padding.
static bool find_box(struct str body, struct pdl_kind *kind)
{
    static const struct {
        struct str bytes;
        const char *format;
        const char *name;
    } boxes[] = {
        { STR_INIT("\0\0\0\x0cjP  \r\n"), "image/jp2", "JPEG 2000" },
        { STR_INIT("\0\0\0\x0cJXL \r\n"), "image/jxl", "JPEG XL" },
    };
    for (size_t i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++) {
        if (starts(body, boxes[i].bytes)) {
            take(kind, PDL_FAMILY_UNCOUNTABLE, boxes[i].format, boxes[i].name);
            return true;
        }
    }
    static const char *const heif[] = { "heic", "heix", "heim", "heis", "hevc",
                                        "mif1", "msf1", "avif", "avis" };
    if (starts(body, STR("RIFF")) && body.len >= 12 && memcmp(body.ptr + 8, "WEBP", 4) == 0) {
        take(kind, PDL_FAMILY_UNCOUNTABLE, "image/webp", "WebP");
        return true;
    }
    for (size_t i = 0; i < sizeof(heif) / sizeof(heif[0]) && body.len >= 12; i++) {
        if (memcmp(body.ptr + 4, "ftyp", 4) == 0 && memcmp(body.ptr + 8, heif[i], 4) == 0) {
            take(kind, PDL_FAMILY_UNCOUNTABLE, "image/heif", "HEIF or AVIF");
            return true;
        }
    }
    if (starts(body, STR("BM")) && body.len >= 18 && memcmp(body.ptr + 6, "\0\0\0\0", 4) == 0 &&
        body.ptr[14] >= 12 && memcmp(body.ptr + 15, "\0\0\0", 3) == 0) {
        take(kind, PDL_FAMILY_UNCOUNTABLE, "image/bmp", "BMP");
        return true;
    }
    return find_pixels(body, kind);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool starts_word(struct str run, const char *word)
{
    size_t len = strlen(word);
    if (run.len < len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (lower(run.ptr[i]) != word[i]) {
            return false;
        }
    }
    return true;
}

// Past one thing that may stand before the first element: a declaration or a comment.
static bool past_prologue(struct str *run)
{
    bool comment = starts(*run, STR("<!--"));
    bool declaration = starts(*run, STR("<?xml"));
    if (!comment && !declaration) {
        return false;
    }
    const char *end =
        comment ? memmem(run->ptr, run->len, "-->", 3) : memmem(run->ptr, run->len, "?>", 2);
    *run = end == NULL ? (struct str){ "", 0 }
                       : past_space(rest(*run, (size_t)(end - run->ptr) + (comment ? 3 : 2)));
    return true;
}

static bool find_markup(struct str body, struct pdl_kind *kind)
{
    struct str run = body;
    bool xml = starts(body, STR("<?xml"));
    while (past_prologue(&run)) {
    }
    if (starts_word(run, "<svg") || starts_word(run, "<!doctype svg")) {
        take(kind, PDL_FAMILY_UNCOUNTABLE, "image/svg+xml", "SVG");
    } else if (starts_word(run, "<!doctype html") || starts_word(run, "<html") ||
               starts_word(run, "<head>")) {
        take(kind, PDL_FAMILY_UNCOUNTABLE, "text/html", "HTML");
    } else if (xml) {
        take(kind, PDL_FAMILY_UNCOUNTABLE, "application/xml", "XML");
    } else {
        return false;
    }
    return true;
}

// An escape that ESC/P has and PCL has not: ESC @; ESC ( letter with a count; a bit image.
static bool is_escp(struct str body)
{
    const unsigned char *at = (const unsigned char *)body.ptr;
    if (body.len < 2 || at[0] != 0x1b) {
        return false;
    }
    if (at[1] == '(') {
        return body.len >= 5 && at[2] >= 'A' && at[3] < 0x20 && at[4] < 0x20;
    }
    return at[1] == '@' || (at[1] == '*' && body.len >= 5 && at[2] <= 73 && at[4] < 0x20);
}

// ESC and one letter, or ESC, a group, a number and letters (PCL 5 ch. 2).
static bool is_pcl(struct str body)
{
    if (body.len < 2 || body.ptr[0] != 0x1b) {
        return false;
    }
    if (memchr("E9=YZ", body.ptr[1], 5) != NULL) {
        return true;
    }
    size_t at = 2;
    bool group = at < body.len && body.ptr[at] >= '`' && body.ptr[at] <= '~';
    bool needs = memchr("&*", body.ptr[1], 2) != NULL;
    if (memchr("&*()%", body.ptr[1], 5) == NULL || (needs && !group)) {
        return false;
    }
    at += group;
    while (at < body.len && memchr("+-.0123456789", body.ptr[at], 13) != NULL) {
        at++;
    }
    return at < body.len && body.ptr[at] >= '@' && body.ptr[at] <= '~';
}

// ESC . and a letter, which only plotters have: control of the line they hang on.
static bool is_plotter_control(struct str body)
{
    return body.len >= 3 && starts(body, STR("\x1b.")) &&
           memchr("(@YIMNHRTJK", body.ptr[2], 11) != NULL;
}

static bool find_escape(struct str body, struct pdl_kind *kind)
{
    if (starts(body, STR("\x1b%-1B")) || starts(body, STR("\x1b%0B")) ||
        starts(body, STR("\x1b%1B")) || is_plotter_control(body)) {
        take(kind, PDL_FAMILY_PCL, "application/vnd.hp-hpgl", "HP-GL/2");
    } else if (is_escp(body)) {
        take(kind, PDL_FAMILY_ESCP, "application/x-escp", "ESC/P");
    } else if (is_pcl(body)) {
        take(kind, PDL_FAMILY_PCL, "application/vnd.hp-pcl", "PCL 5");
    } else {
        return false;
    }
    return true;
}

// HP-GL without its escape: IN; and two more instructions of two letters.
static bool is_plot(struct str body)
{
    int seen = 0;
    size_t at = 0;
    while (starts(body, STR("IN")) && at + 2 < body.len && body.ptr[at] >= 'A' &&
           body.ptr[at] <= 'Z' && body.ptr[at + 1] >= 'A' && body.ptr[at + 1] <= 'Z') {
        at += 2;
        while (at < body.len && memchr("0123456789.,-+ ", body.ptr[at], 15) != NULL) {
            at++;
        }
        if (at == body.len || body.ptr[at] != ';') {
            break;
        }
        seen++;
        at++;
        at += body.len - at - past_space(rest(body, at)).len;
    }
    return seen >= 3;
}

// EPL: a line N, then a line that is a letter and a number.
static bool is_epl(struct str body)
{
    struct str run = body;
    if (!starts(run, STR("N\n")) && !starts(run, STR("N\r\n"))) {
        return false;
    }
    run = past_space(rest(run, 1));
    return run.len >= 2 && memchr("AaBbqQRSDGPLOZ", run.ptr[0], 14) != NULL &&
           (is_digit(run.ptr[1]) || run.ptr[0] == 'Z');
}

static bool find_lines(struct str body, struct pdl_kind *kind)
{
    if (is_epl(body)) {
        take(kind, PDL_FAMILY_LABELS, "application/x-epl", "EPL");
    } else if (starts(body, STR("SIZE ")) && body.len > 5 && is_digit(body.ptr[5])) {
        take(kind, PDL_FAMILY_LABELS, "application/x-tspl", "TSPL");
    } else if (is_plot(body)) {
        take(kind, PDL_FAMILY_PCL, "application/vnd.hp-hpgl", "HP-GL/2");
    } else {
        return false;
    }
    return true;
}

// Of what stands before a text, its white space is a part of it.
static size_t past_controls(struct str head)
{
    size_t skip = starts(head, STR("\xef\xbb\xbf")) ? 3 : 0;
    for (size_t i = skip; i < pdl_detect_padding(head); i++) {
        skip = memchr("\0\x04", head.ptr[i], 2) != NULL ? i + 1 : skip;
    }
    return skip;
}

// From what nothing else begins with to what much else could: the order matters.
static void find(struct str head, struct str body, struct str language, struct pdl_kind *kind)
{
    bool found = find_sign(body, SURE, kind) || find_box(head, kind) ||
                 find_tongue(language, kind) || find_sign(body, PLAIN, kind) ||
                 find_escape(body, kind) || find_markup(body, kind) || find_lines(body, kind) ||
                 find_pdf(head, kind);
    if (!found && is_text(body)) {
        take(kind, PDL_FAMILY_TEXT, "text/plain", "plain text");
        kind->skip = past_controls(head);
    } else if (!found) {
        (void)find_sign(body, SHORT, kind);
    }
}

const char *pdl_detect_name(const char *format)
{
    struct str wanted = str_of(format);
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (str_eq(str_of(signs[i].format), wanted)) {
            return signs[i].name;
        }
    }
    for (size_t i = 0; i < sizeof(tongues) / sizeof(tongues[0]); i++) {
        if (str_eq(str_of(tongues[i].format), wanted)) {
            return tongues[i].title;
        }
    }
    return NULL;
}

struct pdl_kind pdl_detect(struct str head, struct str language)
{
    head.len = head.len < PDL_DETECT_HEAD ? head.len : PDL_DETECT_HEAD;
    const char *uel = memmem(head.ptr, head.len, PDL_UEL, sizeof(PDL_UEL) - 1);
    if (uel != NULL && uel > head.ptr) { // what is behind it is another part
        head.len = (size_t)(uel - head.ptr);
    }
    struct pdl_kind kind = { .family = PDL_FAMILY_UNKNOWN,
                             .format = "application/octet-stream",
                             .name = "an unknown language",
                             .skip = pdl_detect_padding(head) };
    struct str body = rest(head, kind.skip);
    if (body.len == 0) {
        kind.family = PDL_FAMILY_EMPTY;
        kind.name = "nothing";
    } else {
        find(head, body, language, &kind);
    }
    return kind;
}
