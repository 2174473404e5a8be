// iana/read_xml: IANA's service-names-port-numbers.xml. A reader for this one file, not for XML:
// what it does not know it passes over, entities are the five of XML and numbers, and a document
// type or an entity of its own is refused.
//
//   <registry id="service-names-port-numbers"> <updated>DATE</updated>
//     <record date="DATE" updated="DATE"> <name/> <protocol/> <number/> <description/> <xref/>
//       <assignee/> <contact/> <note/> <code/> <unauth/> </record>* </registry>
#include "iana/read_int.h"

#include "base/cur.h"
#include "base/num.h"

enum { DEPTH_MAX = 16, VALUE_MAX = 8192, NAME_MAX = 32 };

// Where text goes; the order of the words below.
enum place { IN_NOTHING, IN_NUMBER, IN_TRANSPORT, IN_FIELD, PLACES = IN_FIELD + IANA_FIELDS };

struct value {
    size_t len;
    char text[VALUE_MAX];
};

struct xml {
    struct iana_reading *reading; // borrowed
    struct cur cur;
    size_t depth;
    char open[DEPTH_MAX][NAME_MAX]; // the elements that are open
    size_t record_depth;            // of the record that is open; 0: none
    bool is_registry;               // the outermost is the one that we read
    struct value value[PLACES];
    struct value updated;
};

static bool fault(struct err *err, const char *what)
{
    return err_set(err, ERR_INVALID, "%s", what);
}

static void put(struct value *value, struct str run)
{
    size_t room = sizeof(value->text) - value->len;
    size_t len = run.len < room ? run.len : room; // a text that fills it all is refused later
    memcpy(value->text + value->len, run.ptr, len);
    value->len += len;
}

static bool is_name(const char *name, const char *word)
{
    return strcmp(name, word) == 0;
}

// The place that the text of the element just inside the record belongs to.
static struct value *place_of(struct xml *xml)
{
    static const struct {
        const char *element;
        int place;
    } places[] = {
        { "number", IN_NUMBER },
        { "protocol", IN_TRANSPORT },
        { "name", IN_FIELD + IANA_NAME },
        { "description", IN_FIELD + IANA_DESCRIPTION },
        { "assignee", IN_FIELD + IANA_ASSIGNEE },
        { "contact", IN_FIELD + IANA_CONTACT },
        { "note", IN_FIELD + IANA_NOTES },
        { "code", IN_FIELD + IANA_CODE },
        { "unauth", IN_FIELD + IANA_UNAUTHORIZED },
    };
    if (xml->record_depth == 0) {
        bool date = xml->depth == 2 && is_name(xml->open[1], "updated");
        return date ? &xml->updated : &xml->value[IN_NOTHING];
    }
    if (xml->depth <= xml->record_depth) {
        return &xml->value[IN_NOTHING];
    }
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (is_name(xml->open[xml->record_depth], places[i].element)) {
            return &xml->value[places[i].place];
        }
    }
    return &xml->value[IN_NOTHING];
}

static size_t code_point(uint32_t code, char out[static 4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | (code >> 6));
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | (code >> 12));
    out[1] = (char)(0x80 | ((code >> 6) & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

// "&amp;" and its kind, without the "&" and the ";".
static bool put_entity(struct value *value, struct str name)
{
    static const char *const known[][2] = {
        { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" }
    };
    uint64_t code = 0;
    char out[4];
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (str_eq(name, str_of(known[i][0]))) {
            put(value, str_of(known[i][1]));
            return true;
        }
    }
    if (name.len < 2 || name.ptr[0] != '#') {
        return false;
    }
    bool hex = name.ptr[1] == 'x';
    struct str digits = { name.ptr + (hex ? 2 : 1), name.len - (hex ? 2 : 1) };
    if (!(hex ? num_hex(digits, 0xffff, &code) : num_u64(digits, 0xffff, &code)) || code == 0 ||
        (code >= 0xd800 && code < 0xe000)) {
        return false;
    }
    put(value, (struct str){ out, code_point((uint32_t)code, out) });
    return true;
}

static bool put_text(struct value *value, struct str run, struct err *err)
{
    while (run.len > 0) {
        const char *mark = memchr(run.ptr, '&', run.len);
        size_t plain = mark != NULL ? (size_t)(mark - run.ptr) : run.len;
        put(value, (struct str){ run.ptr, plain });
        run = (struct str){ run.ptr + plain, run.len - plain };
        if (mark == NULL) {
            return true;
        }
        const char *end = memchr(run.ptr, ';', run.len);
        if (end == NULL ||
            !put_entity(value, (struct str){ run.ptr + 1, (size_t)(end - run.ptr) - 1 })) {
            return fault(err, "it holds an entity that is none of XML's own");
        }
        run = (struct str){ end + 1, run.len - (size_t)(end + 1 - run.ptr) };
    }
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The value of an attribute in what stands between "<name" and ">"; empty: it has none.
static struct str attribute(struct str tag, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 1; i + len + 2 < tag.len; i++) {
        char quote = tag.ptr[i + len + 1];
        if (is_space(tag.ptr[i - 1]) && memcmp(tag.ptr + i, name, len) == 0 &&
            tag.ptr[i + len] == '=' && (quote == '"' || quote == '\'')) {
            const char *from = tag.ptr + i + len + 2;
            const char *end = memchr(from, quote, tag.len - (i + len + 2));
            return end != NULL ? (struct str){ from, (size_t)(end - from) } : STR("");
        }
    }
    return STR("");
}

// <xref type="person" data="Jon_Postel"/>: in words as the CSV has them.
static void put_reference(struct xml *xml, struct str tag)
{
    struct str type = attribute(tag, "type");
    struct str data = attribute(tag, "data");
    struct value *into = place_of(xml);
    if (data.len == 0 || xml->record_depth == 0) {
        return;
    }
    if (into == &xml->value[IN_NOTHING]) {
        bool person = str_eq(type, STR("person"));
        into = &xml->value[IN_FIELD + (person ? IANA_ASSIGNEE : IANA_REFERENCE)];
    }
    bool rfc = str_eq(type, STR("rfc")) && data.len > 3 && memcmp(data.ptr, "rfc", 3) == 0;
    put(into, STR("["));
    put(into, rfc ? STR("RFC") : STR(""));
    put(into, rfc ? (struct str){ data.ptr + 3, data.len - 3 } : data);
    put(into, STR("]"));
}

static struct str trimmed(const struct value *value)
{
    struct str run = { value->text, value->len };
    while (run.len > 0 && is_space(run.ptr[0])) {
        run = (struct str){ run.ptr + 1, run.len - 1 };
    }
    while (run.len > 0 && is_space(run.ptr[run.len - 1])) {
        run.len--;
    }
    return run;
}

static bool end_record(struct xml *xml, struct err *err)
{
    struct str text[IANA_FIELDS];
    for (int i = 0; i < IANA_FIELDS; i++) {
        text[i] = trimmed(&xml->value[IN_FIELD + i]);
    }
    xml->record_depth = 0;
    iana_reading_date(xml->reading, text[IANA_REGISTERED]);
    iana_reading_date(xml->reading, text[IANA_MODIFIED]);
    for (int i = 0; i < PLACES; i++) {
        if (i != IN_NOTHING && xml->value[i].len == VALUE_MAX) {
            return fault(err, "a text of a record is longer than the registry's are");
        }
    }
    return iana_reading_add(xml->reading, trimmed(&xml->value[IN_NUMBER]),
                            trimmed(&xml->value[IN_TRANSPORT]), text, err);
}

static void begin_record(struct xml *xml, struct str tag)
{
    for (int i = 0; i < PLACES; i++) {
        xml->value[i].len = 0;
    }
    xml->record_depth = xml->depth;
    put(&xml->value[IN_FIELD + IANA_REGISTERED], attribute(tag, "date"));
    put(&xml->value[IN_FIELD + IANA_MODIFIED], attribute(tag, "updated"));
}

static bool end_element(struct xml *xml, struct str name, struct err *err)
{
    if (xml->depth == 0 || !str_eq(name, str_of(xml->open[xml->depth - 1]))) {
        return fault(err, "an element ends that is not the one that is open");
    }
    bool record = xml->depth == xml->record_depth;
    if (record && !end_record(xml, err)) {
        return false;
    }
    xml->depth--;
    return true;
}

static bool begin_element(struct xml *xml, struct str name, struct str tag, struct err *err)
{
    if (xml->depth == DEPTH_MAX || name.len >= NAME_MAX) {
        return fault(err, "its elements are deeper or have longer names than the registry's");
    }
    memcpy(xml->open[xml->depth], name.ptr, name.len);
    xml->open[xml->depth++][name.len] = '\0';
    if (xml->depth == 1) {
        xml->is_registry = str_eq(name, STR("registry")) &&
                           str_eq(attribute(tag, "id"), STR("service-names-port-numbers"));
        return xml->is_registry || fault(err, "it is not IANA's service-names-port-numbers.xml");
    }
    if (str_eq(name, STR("record")) && xml->record_depth == 0) {
        begin_record(xml, tag);
    } else if (str_eq(name, STR("xref"))) {
        xml->depth--; // where it stands decides
        put_reference(xml, tag);
        xml->depth++;
    }
    return true;
}

// What stands between "<" and ">", with a "/" before or behind.
static bool read_tag(struct xml *xml, struct str tag, struct err *err)
{
    bool ends = tag.len > 0 && tag.ptr[0] == '/';
    bool alone = tag.len > 0 && tag.ptr[tag.len - 1] == '/';
    size_t from = ends ? 1 : 0;
    size_t len = 0;
    while (from + len < tag.len && !is_space(tag.ptr[from + len]) && tag.ptr[from + len] != '/') {
        len++;
    }
    struct str name = { tag.ptr + from, len };
    if (len == 0) {
        return fault(err, "it holds an element without a name");
    }
    if (ends) {
        return end_element(xml, name, err);
    }
    return begin_element(xml, name, tag, err) && (!alone || end_element(xml, name, err));
}

// Where what begins here ends; NULL: nowhere.
static const char *find_end(const struct cur *cur, struct str mark)
{
    return memmem(cur->at, cur_left(cur), mark.ptr, mark.len);
}

static bool pass_over(struct cur *cur, struct str mark, struct err *err)
{
    const char *end = find_end(cur, mark);
    if (end == NULL) {
        return fault(err, "it ends in the middle of a comment or instruction");
    }
    (void)cur_take(cur, (size_t)(end - (const char *)cur->at) + mark.len);
    return true;
}

static bool begins(const struct cur *cur, struct str mark)
{
    return cur_left(cur) >= mark.len && memcmp(cur->at, mark.ptr, mark.len) == 0;
}

static bool step(struct xml *xml, struct err *err)
{
    struct cur *cur = &xml->cur;
    if (*cur->at != '<') {
        const char *end = find_end(cur, STR("<"));
        size_t len = end != NULL ? (size_t)(end - (const char *)cur->at) : cur_left(cur);
        return put_text(place_of(xml), cur_take(cur, len), err);
    }
    if (begins(cur, STR("<!--"))) {
        return pass_over(cur, STR("-->"), err);
    }
    if (begins(cur, STR("<?"))) {
        return pass_over(cur, STR("?>"), err);
    }
    if (begins(cur, STR("<!"))) {
        return fault(err, "it has a document type, which IANA's file has not");
    }
    const char *end = find_end(cur, STR(">"));
    if (end == NULL) {
        return fault(err, "it ends in the middle of an element");
    }
    struct str tag = cur_take(cur, (size_t)(end - (const char *)cur->at) + 1);
    return read_tag(xml, (struct str){ tag.ptr + 1, tag.len - 2 }, err);
}

bool iana_read_xml(struct iana_reading *reading, struct str bytes, struct err *err)
{
    struct xml *xml = arena_new(reading->arena, sizeof(*xml));
    if (xml == NULL) {
        return err_set(err, ERR_LIMIT, "there is no room to read it");
    }
    xml->reading = reading;
    xml->cur = cur_of(bytes.ptr, bytes.len);
    while (cur_left(&xml->cur) > 0) {
        if (xml->record_depth == 0) {
            xml->value[IN_NOTHING].len = 0;
        }
        size_t at = (size_t)((const char *)xml->cur.at - bytes.ptr);
        if (!step(xml, err)) {
            return err_in(err, "byte %zu", at);
        }
    }
    if (xml->depth != 0 || !xml->is_registry) {
        return fault(err, "it ends before its elements do");
    }
    struct str updated = trimmed(&xml->updated);
    if (updated.len == sizeof(reading->date) - 1) {
        memcpy(reading->date, updated.ptr, updated.len);
    }
    return true;
}
