// find: see find.h.
//
// DNS-SD: RFC 6763 6, Bonjour Printing Specification 1.2.1, 9. CUPS: the "CUPS Implementation of
// IPP". device-uri: "dnssd://NAME._ipp._tcp.local/?uuid=…", "ipp://HOST/PATH",
// "socket://HOST:9100".

#include "device/find.h"

#include "base/num.h"
#include "device/sight_int.h"

const char *const device_find_attributes[] = {
    "printer-make-and-model", "printer-device-id", "printer-serial-number", "printer-uuid",
    "printer-name",           "printer-info",      "printer-location",      NULL,
};

const char *const device_find_queue_attributes[] = {
    "printer-name",     "device-uri",   "printer-make-and-model",
    "printer-location", "printer-info", NULL,
};

const char *device_find_source_name(enum device_find_source source)
{
    switch (source) {
    case DEVICE_FIND_IPP: return "ipp";
    case DEVICE_FIND_SNMP: return "snmp";
    case DEVICE_FIND_DNSSD: return "dns-sd";
    case DEVICE_FIND_CUPS: return "cups";
    case DEVICE_FIND_RAW: break;
    }
    return "raw";
}

// --- texts --------------------------------------------------------------------------------------

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool begins(struct str text, struct str with)
{
    for (size_t at = 0; at < with.len; at++) {
        if (at >= text.len || lower(text.ptr[at]) != with.ptr[at]) {
            return false;
        }
    }
    return true;
}

static struct str behind(struct str text, size_t len)
{
    return (struct str){ text.ptr + len, text.len - len };
}

static bool is_hex(char byte)
{
    return (byte >= '0' && byte <= '9') || (lower(byte) >= 'a' && lower(byte) <= 'f');
}

// Lower case; empty: it is none, or that of nobody.
static struct str read_uuid(struct str text, struct arena *arena)
{
    size_t digits = 0;
    text = begins(text, STR("urn:uuid:")) ? behind(text, 9) : text;
    if (text.len != DEVICE_UUID_TEXT) {
        return STR("");
    }
    char *copy = arena_text(arena, text);
    for (size_t at = 0; copy != NULL && at < text.len; at++) {
        bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
        if (is_dash ? copy[at] != '-' : !is_hex(copy[at])) {
            return STR("");
        }
        copy[at] = lower(copy[at]);
        digits += copy[at] != '0' && copy[at] != '-' && copy[at] != 'f';
    }
    return copy == NULL || digits == 0 ? STR("") : (struct str){ copy, text.len };
}

static struct str attr_text(struct ipp_attr *attrs, const char *name, struct arena *arena)
{
    const struct ipp_attr *attr = ipp_attr_find(attrs, name, IPP_TAG_NONE);
    bool is_text =
        attr != NULL && (ipp_tag_is_text(attr->values->tag) || attr->values->tag == IPP_TAG_OCTETS);
    return is_text ? device_sight_text(arena, attr->values->text) : STR("");
}

// --- addresses ----------------------------------------------------------------------------------

// What a printer calls itself where it is the only one; other paths are queues of many.
struct str device_find_path(struct str path)
{
    static const char *const usual[] = { "",           "/",           "/ipp",         "/ipp/",
                                         "/ipp/print", "/ipp/print/", "/ipp/printer", "/printer",
                                         "/ipp/port1", "/ipp/3000" };
    for (size_t at = 0; at < sizeof(usual) / sizeof(usual[0]); at++) {
        if (str_eq(path, str_of(usual[at]))) {
            return STR("");
        }
    }
    return path;
}

static bool is_numeric(struct str host)
{
    size_t dots = 0;
    bool is_v6 = false;
    for (size_t at = 0; at < host.len; at++) {
        dots += host.ptr[at] == '.';
        is_v6 = is_v6 || host.ptr[at] == ':';
        if (!is_v6 && host.ptr[at] != '.' && (host.ptr[at] < '0' || host.ptr[at] > '9')) {
            return false;
        }
    }
    return is_v6 || dots == 3;
}

// "scheme://[user@]HOST[:PORT]/PATH?more": the host and the path.
static void read_place(struct str uri, struct device_find *find)
{
    size_t at = 0;
    while (at + 2 < uri.len && memcmp(uri.ptr + at, "://", 3) != 0) {
        at++;
    }
    struct str rest = at + 3 <= uri.len ? behind(uri, at + 3) : STR("");
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?') {
        end++;
    }
    struct str host = { rest.ptr, end };
    struct str path = behind(rest, end);
    for (size_t i = 0; i < host.len; i++) {
        if (host.ptr[i] == '@') {
            host = behind(host, i + 1);
            i = 0;
        }
    }
    size_t len = 0;
    bool in_brackets = host.len > 0 && host.ptr[0] == '[';
    host = in_brackets ? behind(host, 1) : host;
    while (len < host.len && host.ptr[len] != (in_brackets ? ']' : ':')) {
        len++;
    }
    host.len = len;
    len = 0;
    while (len < path.len && path.ptr[len] != '?') {
        len++;
    }
    path.len = len;
    if (is_numeric(host) || in_brackets) {
        find->address = host;
    } else {
        find->host = host;
    }
    find->path = device_find_path(path);
}

// --- the witnesses ------------------------------------------------------------------------------

void device_find_ipp(const struct ipp_msg *msg, struct str address, struct str uri,
                     struct arena *arena, struct device_find *find)
{
    struct ipp_group *group = ipp_msg_group(msg, IPP_TAG_PRINTER);
    struct ipp_attr *attrs = group == NULL ? NULL : group->attrs;
    *find = (struct device_find){ .source = DEVICE_FIND_IPP };
    find->uri = arena_copy(arena, uri);
    read_place(find->uri, find);
    find->address = arena_copy(arena, address);
    find->make_and_model = attr_text(attrs, "printer-make-and-model", arena);
    find->location = attr_text(attrs, "printer-location", arena);
    find->uuid = read_uuid(attr_text(attrs, "printer-uuid", arena), arena);
    find->name = attr_text(attrs, "printer-info", arena);
    if (find->name.len == 0) {
        find->name = attr_text(attrs, "printer-name", arena);
    }
    find->serial = attr_text(attrs, "printer-serial-number", arena);
    struct str id = attr_text(attrs, "printer-device-id", arena);
    if (find->serial.len == 0) {
        find->serial = device_sight_text(arena, device_sight_device_id(id, "SN"));
    }
    if (find->serial.len == 0) {
        find->serial = device_sight_text(arena, device_sight_device_id(id, "SERN"));
    }
}

void device_find_snmp(const struct device_mib *mib, struct str address, struct arena *arena,
                      struct device_find *find)
{
    struct device_sight sight;
    device_sight_mib(mib, arena, &sight);
    *find = (struct device_find){
        .source = DEVICE_FIND_SNMP,
        .address = arena_copy(arena, address),
        .make_and_model = arena_copy(arena, sight.make_and_model),
        .serial = arena_copy(arena, sight.serial),
        .name = arena_copy(arena, sight.name),
        .location = arena_copy(arena, sight.location),
    };
}

void device_find_raw(struct str address, struct str uri, struct arena *arena,
                     struct device_find *find)
{
    *find = (struct device_find){ .source = DEVICE_FIND_RAW,
                                  .address = arena_copy(arena, address),
                                  .uri = arena_copy(arena, uri) };
}

// The printer's uuid, where its address in CUPS names it.
static struct str uuid_of(struct str uri, struct arena *arena)
{
    for (size_t at = 0; at + 5 < uri.len; at++) {
        struct str rest = behind(uri, at + 1);
        if ((uri.ptr[at] == '?' || uri.ptr[at] == '&') && begins(rest, STR("uuid="))) {
            rest = behind(rest, 5);
            rest.len = rest.len > DEVICE_UUID_TEXT ? DEVICE_UUID_TEXT : rest.len;
            return read_uuid(rest, arena);
        }
    }
    return STR("");
}

bool device_find_queue(struct ipp_group *group, struct arena *arena, struct device_find *find)
{
    *find = (struct device_find){ .source = DEVICE_FIND_CUPS };
    if (group->tag != IPP_TAG_PRINTER) {
        return false;
    }
    struct str uri = attr_text(group->attrs, "device-uri", arena);
    find->name = attr_text(group->attrs, "printer-name", arena);
    find->make_and_model = attr_text(group->attrs, "printer-make-and-model", arena);
    find->location = attr_text(group->attrs, "printer-location", arena);
    if (find->name.len == 0) {
        return false;
    }
    if (begins(uri, STR("ipp://")) || begins(uri, STR("ipps://")) ||
        begins(uri, STR("socket://"))) {
        find->uri = uri;
        read_place(uri, find);
        find->path = begins(uri, STR("socket://")) ? STR("") : find->path;
    } else if (begins(uri, STR("lpd://")) || begins(uri, STR("http://"))) {
        read_place(uri, find);
        find->path = STR("");
    }
    find->uuid = uuid_of(uri, arena);
    return true;
}

// --- announcements ------------------------------------------------------------------------------

static struct str txt_of(const struct device_announced *announced, struct str key)
{
    for (size_t at = 0; at < announced->txt_count; at++) {
        struct str one = announced->txt[at];
        if (one.len > key.len && one.ptr[key.len] == '=' && begins(one, key)) {
            return behind(one, key.len + 1);
        }
    }
    return STR("");
}

static bool is_of_uri(struct str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] <= ' ' || text.ptr[at] >= 127) {
            return false;
        }
    }
    return true;
}

void device_find_announced(const struct device_announced *announced, struct arena *arena,
                           struct device_find *find)
{
    bool is_tls = str_eq(announced->type, STR("_ipps._tcp"));
    bool is_ipp = is_tls || str_eq(announced->type, STR("_ipp._tcp"));
    bool is_raw = str_eq(announced->type, STR("_pdl-datastream._tcp"));
    struct str rp = device_sight_text(arena, txt_of(announced, STR("rp")));
    struct str address = device_sight_text(arena, announced->address);
    bool is_v6 = memchr(address.ptr, ':', address.len) != NULL;
    rp = rp.len > 0 && rp.ptr[0] == '/' ? behind(rp, 1) : rp;
    *find = (struct device_find){
        .source = DEVICE_FIND_DNSSD,
        .address = address,
        .host = device_sight_text(arena, announced->host),
        .name = device_sight_text(arena, announced->name),
        .make_and_model = device_sight_text(arena, txt_of(announced, STR("ty"))),
        .location = device_sight_text(arena, txt_of(announced, STR("note"))),
        .uuid = read_uuid(txt_of(announced, STR("uuid")), arena),
    };
    if (announced->port == 0 || address.len == 0 || !is_of_uri(rp)) {
        return; // a name that is kept, and no service
    }
    const char *uri = NULL;
    if (is_ipp) {
        uri = arena_textf(arena, "%s://%s%.*s%s:%u/%.*s", is_tls ? "ipps" : "ipp", is_v6 ? "[" : "",
                          (int)address.len, address.ptr, is_v6 ? "]" : "", announced->port,
                          (int)rp.len, rp.ptr);
        const char *path = arena_textf(arena, "/%.*s", (int)rp.len, rp.ptr);
        find->path = path == NULL ? STR("") : device_find_path(str_of(path));
    } else if (is_raw) {
        uri = arena_textf(arena, "socket://%s%.*s%s:%u", is_v6 ? "[" : "", (int)address.len,
                          address.ptr, is_v6 ? "]" : "", announced->port);
    }
    find->uri = uri == NULL ? STR("") : str_of(uri);
}

// --- neighbours ---------------------------------------------------------------------------------

static struct str word_next(struct str *line)
{
    size_t at = 0;
    while (at < line->len && line->ptr[at] == ' ') {
        at++;
    }
    size_t end = at;
    while (end < line->len && line->ptr[end] != ' ') {
        end++;
    }
    struct str word = { line->ptr + at, end - at };
    *line = behind(*line, end);
    return word;
}

// "IP address  HW type  Flags  HW address  Mask  Device", a title above.
struct str device_find_mac(struct str arp, struct str address, struct arena *arena)
{
    while (arp.len > 0) {
        size_t end = 0;
        while (end < arp.len && arp.ptr[end] != '\n') {
            end++;
        }
        struct str line = { arp.ptr, end };
        arp = behind(arp, end < arp.len ? end + 1 : end);
        struct str ip = word_next(&line);
        (void)word_next(&line); // the kind
        (void)word_next(&line); // the flags
        struct str mac = word_next(&line);
        if (str_eq(ip, address) && mac.len == DEVICE_MAC_TEXT &&
            !str_eq(mac, STR("00:00:00:00:00:00"))) {
            return device_sight_text(arena, mac);
        }
    }
    return STR("");
}
