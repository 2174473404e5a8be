// The reader against Debian's libhttp-parser, over the fuzz seeds and 50,000 mutations of them (a
// fixed generator). What we accept it must accept with the same method, target, fields and body;
// what it accepts and we refuse must be refused for a reason that is a strictness of ours. Debian
// builds it with HTTP_PARSER_STRICT=0, which makes it accept more, so the first half says more.
#include "lib/http_message.h"

#include "lib/tap.h"
#include <dirent.h>
#include <http_parser.h>

enum { SEEDS_MAX = 400, INPUT_MAX = 4096, MUTATIONS = 50000, FIELDS_SEEN = 128 };

struct input {
    size_t len;
    char bytes[INPUT_MAX];
};

static struct input seeds[SEEDS_MAX];
static size_t seed_count;
static size_t good[SEEDS_MAX]; // those that both accept
static size_t good_count;

// --- the peer -----------------------------------------------------------------------------------

struct seen { // what the peer read
    bool whole;
    bool in_value;
    size_t fields;
    size_t body;
    struct {
        char bytes[INPUT_MAX];
        size_t len;
    } url, names, values; // names and values: each ends in '\n'
};

static void seen_add(char *bytes, size_t *len, const char *at, size_t count)
{
    count = count > INPUT_MAX - 1 - *len ? INPUT_MAX - 1 - *len : count;
    memcpy(bytes + *len, at, count);
    *len += count;
}

static int peer_url(http_parser *parser, const char *at, size_t len)
{
    struct seen *seen = parser->data;
    seen_add(seen->url.bytes, &seen->url.len, at, len);
    return 0;
}

static void peer_value_end(struct seen *seen)
{
    if (seen->in_value) {
        while (seen->values.len > 0 && (seen->values.bytes[seen->values.len - 1] == ' ' ||
                                        seen->values.bytes[seen->values.len - 1] == '\t')) {
            seen->values.len--; // it leaves the spaces behind a value
        }
        seen_add(seen->values.bytes, &seen->values.len, "\n", 1);
    }
    seen->in_value = false;
}

static int peer_field(http_parser *parser, const char *at, size_t len)
{
    struct seen *seen = parser->data;
    peer_value_end(seen);
    seen_add(seen->names.bytes, &seen->names.len, at, len);
    return 0;
}

static int peer_value(http_parser *parser, const char *at, size_t len)
{
    struct seen *seen = parser->data;
    if (!seen->in_value) {
        seen->in_value = true;
        seen->fields++;
        seen_add(seen->names.bytes, &seen->names.len, "\n", 1);
    }
    seen_add(seen->values.bytes, &seen->values.len, at, len);
    return 0;
}

static int peer_head_end(http_parser *parser)
{
    peer_value_end(parser->data);
    return 0;
}

static int peer_body(http_parser *parser, const char *at, size_t len)
{
    struct seen *seen = parser->data;
    (void)at;
    seen->body += len;
    return 0;
}

static int peer_whole(http_parser *parser)
{
    struct seen *seen = parser->data;
    seen->whole = true;
    http_parser_pause(parser, 1);
    return 0;
}

static const http_parser_settings peer_settings = { .on_url = peer_url,
                                                    .on_header_field = peer_field,
                                                    .on_header_value = peer_value,
                                                    .on_headers_complete = peer_head_end,
                                                    .on_body = peer_body,
                                                    .on_message_complete = peer_whole };

static enum http_errno peer_read(const struct input *input, struct seen *seen, const char **method)
{
    http_parser parser;
    memset(seen, 0, sizeof(*seen));
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = seen;
    (void)http_parser_execute(&parser, &peer_settings, input->bytes, input->len);
    *method = http_method_str((enum http_method)parser.method);
    enum http_errno number = HTTP_PARSER_ERRNO(&parser);
    return number == HPE_PAUSED ? HPE_OK : number;
}

// --- comparing ----------------------------------------------------------------------------------

static size_t both;
static size_t neither;
static size_t only_peer[64]; // by our reason
static size_t only_us;
static size_t wrong;

static void show(const char *what, const struct input *input)
{
    printf("# %s: ", what);
    for (size_t i = 0; i < input->len && i < 300; i++) {
        char c = input->bytes[i];
        if (c >= ' ' && c <= '~' && c != '\\') {
            printf("%c", c);
        } else {
            printf("\\x%02x", (unsigned char)c);
        }
    }
    printf("\n");
}

static bool fields_agree(const struct http_fields *fields, const struct seen *seen)
{
    size_t name_at = 0;
    size_t value_at = 0;
    for (size_t i = 0; i < fields->count; i++) {
        struct str name = fields->at[i].name;
        struct str value = fields->at[i].value;
        if (seen->names.len - name_at < name.len + 1 ||
            seen->values.len - value_at < value.len + 1 ||
            memcmp(seen->names.bytes + name_at, name.ptr, name.len) != 0 ||
            memcmp(seen->values.bytes + value_at, value.ptr, value.len) != 0 ||
            seen->names.bytes[name_at + name.len] != '\n' ||
            seen->values.bytes[value_at + value.len] != '\n') {
            return false;
        }
        name_at += name.len + 1;
        value_at += value.len + 1;
    }
    return true; // what follows in seen are trailers
}

// Where we take what the peer does not: methods that it has never heard of, and fields whose name
// only begins with "Transfer-Encoding", which it takes for that one.
static bool is_our_liberty(enum http_errno number, const struct http_fields *fields)
{
    bool longer = false;
    const struct str name = STR("transfer-encoding");
    for (size_t i = 0; i < fields->count; i++) {
        struct str start = { fields->at[i].name.ptr, name.len };
        longer |= fields->at[i].name.len > name.len && http_word_eq(start, name);
    }
    return number == HPE_INVALID_METHOD || (number == HPE_INVALID_TRANSFER_ENCODING && longer);
}

static void compare(const struct input *input)
{
    static struct seen seen;
    const char *method = "";
    enum http_errno number = peer_read(input, &seen, &method);
    OWN(message_free) struct message ours;
    message_read((struct message_kind){ .response = false },
                 (struct str){ input->bytes, input->len }, input->len, 0, &ours);
    if (ours.whole) {
        struct str url = { seen.url.bytes, seen.url.len };
        if (number != HPE_OK) {
            only_us++;
            if (!is_our_liberty(number, &ours.request.fields)) {
                wrong++;
                show(http_errno_name(number), input);
            }
        } else if (seen.whole && str_eq(ours.request.method, str_of(method)) &&
                   str_eq(ours.request.target, url) && seen.body == ours.body_len &&
                   fields_agree(&ours.request.fields, &seen)) {
            both++;
        } else {
            wrong++;
            show("read differently", input);
        }
    } else if (number == HPE_OK && seen.whole) {
        only_peer[ours.reason]++;
    } else {
        neither++;
    }
}

// --- inputs -------------------------------------------------------------------------------------

static void seeds_load(const char *folder)
{
    struct dirent **names;
    int found = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        char path[8192];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        FILE *file = names[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (file != NULL && seed_count < SEEDS_MAX) {
            (void)fgetc(file); // where the fuzz target cuts
            seeds[seed_count].len = fread(seeds[seed_count].bytes, 1, INPUT_MAX / 2, file);
            seed_count++;
        }
        if (file != NULL) {
            (void)fclose(file);
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
}

static uint64_t generator = 0x51756f696e; // fixed: a failure can be seen again

static size_t any(size_t below)
{
    generator ^= generator << 13;
    generator ^= generator >> 7;
    generator ^= generator << 17;
    return below == 0 ? 0 : (size_t)(generator % below);
}

static void splice(struct input *input, size_t at, size_t drop, const char *bytes, size_t len)
{
    drop = drop > input->len - at ? input->len - at : drop;
    if (input->len - drop + len > INPUT_MAX) {
        return;
    }
    memmove(input->bytes + at + len, input->bytes + at + drop, input->len - at - drop);
    memcpy(input->bytes + at, bytes, len);
    input->len = input->len - drop + len;
}

static void mutate(struct input *input)
{
    static const char *const words[] = {
        "\r\n",
        "\n",
        "\r",
        " ",
        "\t",
        ":",
        ";",
        ",",
        "0",
        "00",
        "\r\n\r\n",
        "chunked",
        "identity",
        "Content-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Host: b\r\n",
        "HTTP/1.1",
        "HTTP/1.0",
        "%2f",
        "..",
        "//",
        "http://a",
        "?",
        "#",
        "\x7f",
        "\xc3\xa4",
        "Connection: close\r\n",
        "Expect: 100-continue\r\n",
        "Upgrade: x\r\nConnection: upgrade\r\n",
        "GET ",
        "OPTIONS * ",
        "ffff",
        "\r\n ",
        "-",
        "+",
        "_",
        "PUT",
        "LOCK",
    };
    size_t at = any(input->len + 1);
    size_t kind = any(6);
    char byte = (char)(unsigned char)any(256);
    if (kind == 0) {
        splice(input, at, 1, &byte, 1);
    } else if (kind == 1) {
        splice(input, at, any(4), "", 0);
    } else if (kind == 2) {
        splice(input, at, 0, &byte, 1);
    } else if (kind == 3) {
        const struct input *other = &seeds[any(seed_count)];
        size_t from = any(other->len);
        size_t len = any(other->len - from + 1);
        splice(input, at, any(20), other->bytes + from, len);
    } else {
        const char *word = words[any(sizeof(words) / sizeof(words[0]))];
        splice(input, at, any(3), word, strlen(word));
    }
}

// Refusals of ours that the peer, by its own rules or leniences, does not share.
static bool is_our_strictness(enum http_reason reason)
{
    static const enum http_reason ours[] = {
        HTTP_BARE_LF,
        HTTP_BARE_CR,
        HTTP_CONTROL,
        HTTP_START_LINE,
        HTTP_VERSION,
        HTTP_TARGET,
        HTTP_PATH,
        HTTP_FOLD,
        HTTP_FIELD_NAME,
        HTTP_HOST_MISSING,
        HTTP_HOST_TWICE,
        HTTP_HOST_BAD,
        HTTP_HOST_DIFFERS,
        HTTP_CODING_TWICE,
        HTTP_CODING_OLD,
        HTTP_CODING_UNKNOWN,
        HTTP_EXPECT_UNKNOWN,
        HTTP_LENGTH_BAD,
        HTTP_CHUNK_SIZE,
        HTTP_CONNECTION_BAD,
        HTTP_CHUNK_END,
        HTTP_TRAILER,
        HTTP_CHUNK_EXTENSION,
    };
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (ours[i] == reason) {
            return true;
        }
    }
    return false;
}

int main(void)
{
    char folder[4096];
    const char *source = getenv("QUOIN_SOURCE");
    (void)snprintf(folder, sizeof(folder), "%s/fuzz/http/request", source == NULL ? "." : source);
    seeds_load(folder);
    CHECK(seed_count > 100);
    for (size_t i = 0; i < seed_count; i++) {
        size_t before = both;
        compare(&seeds[i]);
        good[good_count] = i;
        good_count += both > before ? 1 : 0;
    }
    for (size_t i = 0; i < MUTATIONS; i++) {
        static struct input input;
        input = seeds[i % 2 == 0 ? any(seed_count) : good[any(good_count)]];
        for (size_t times = 1 + any(3); times > 0; times--) {
            mutate(&input);
        }
        compare(&input);
    }
    printf("# both the same: %zu, neither: %zu, only we (its list of methods, its names that begin "
           "alike): %zu\n",
           both, neither, only_us);
    bool strict = true;
    for (size_t i = 0; i < sizeof(only_peer) / sizeof(only_peer[0]); i++) {
        if (only_peer[i] > 0) {
            printf("# only http-parser accepts: %6zu  %s\n", only_peer[i],
                   http_reason_name((enum http_reason)i));
            strict &= is_our_strictness((enum http_reason)i);
        }
    }
    CHECK(wrong == 0);
    CHECK(both > 3000);
    CHECK(strict);
    return tap_done();
}
