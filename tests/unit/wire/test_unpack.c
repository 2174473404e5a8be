#include "wire/unpack.h"

#include "base/buf.h"

#include "lib/tap.h"
#include "proto/cas.pb-c.h"
#include "proto/dre.pb-c.h"

static const struct {
    const char *name;
    const ProtobufCMessageDescriptor *kind;
    struct str bytes;
    bool strict;
    enum err_code code; // ERR_NONE: good
} rows[] = {
    { "empty", &quoin__v1__get_person_request__descriptor, { "", 0 }, true, ERR_NONE },
    { "a name", &quoin__v1__get_person_request__descriptor, { "\12\4mary", 6 }, true, ERR_NONE },
    { "no end", &quoin__v1__get_person_request__descriptor, { "\12\5mary", 6 }, true, ERR_INVALID },
    { "half a tag", &quoin__v1__get_person_request__descriptor, { "\212", 1 }, true, ERR_INVALID },
    { "field 0", &quoin__v1__get_person_request__descriptor, { "\2\0", 2 }, true, ERR_INVALID },
    { "a tag without end",
      &quoin__v1__get_person_request__descriptor,
      { "\377\377\377\377\377\377\377\377\377\377\377\1", 12 },
      true,
      ERR_INVALID },
    { "a length of 2^64 - 1",
      &quoin__v1__get_person_request__descriptor,
      { "\12\377\377\377\377\377\377\377\377\377\1", 11 },
      true,
      ERR_INVALID },
    { "a group", &quoin__v1__get_person_request__descriptor, { "\13\14", 2 }, true, ERR_INVALID },
    { "number for text",
      &quoin__v1__get_person_request__descriptor,
      { "\10\1", 2 },
      true,
      ERR_INVALID },
    { "NUL in text",
      &quoin__v1__get_person_request__descriptor,
      { "\12\3a\0b", 5 },
      true,
      ERR_INVALID },
    { "newline in text",
      &quoin__v1__get_person_request__descriptor,
      { "\12\2a\n", 4 },
      true,
      ERR_INVALID },
    { "half a character",
      &quoin__v1__get_person_request__descriptor,
      { "\12\1\303", 3 },
      true,
      ERR_INVALID },
    { "UTF-8", &quoin__v1__get_person_request__descriptor, { "\12\2\303\274", 4 }, true, ERR_NONE },
    { "unknown field in a request",
      &quoin__v1__get_person_request__descriptor,
      { "\20\1", 2 },
      true,
      ERR_INVALID },
    { "unknown field in a reply",
      &quoin__v1__get_person_request__descriptor,
      { "\20\1", 2 },
      false,
      ERR_NONE },
    { "unknown group in a reply",
      &quoin__v1__get_person_request__descriptor,
      { "\23\24", 2 },
      false,
      ERR_INVALID },
    { "enum in range", &quoin__v1__document_facts__descriptor, { "\50\4", 2 }, true, ERR_NONE },
    { "enum out of range",
      &quoin__v1__document_facts__descriptor,
      { "\50\5", 2 },
      true,
      ERR_INVALID },
    { "enum of 2^35",
      &quoin__v1__document_facts__descriptor,
      { "\50\200\200\200\200\200\1", 7 },
      true,
      ERR_INVALID },
    { "message in message",
      &quoin__v1__document_facts__descriptor,
      { "\22\2\10\1", 4 },
      true,
      ERR_NONE },
    { "bad text below",
      &quoin__v1__document_facts__descriptor,
      { "\22\3\62\1\n", 5 },
      true,
      ERR_INVALID },
    { "packed numbers", &quoin__v1__price_list__descriptor, { "\22\3\1\2\3", 5 }, true, ERR_NONE },
    { "unpacked numbers", &quoin__v1__price_list__descriptor, { "\20\1\20\2", 4 }, true, ERR_NONE },
    { "packed, cut short",
      &quoin__v1__price_list__descriptor,
      { "\22\1\200", 3 },
      true,
      ERR_INVALID },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        const ProtobufCMessage *message = NULL;
        struct err err = { 0 };
        printf("# %s\n", rows[i].name);
        bool good =
            wire_unpack(&arena, rows[i].kind, rows[i].bytes, rows[i].strict, &message, &err);
        CHECK(err.code == rows[i].code);
        CHECK(good == (rows[i].code == ERR_NONE));
        CHECK((message != NULL) == good);
    }
}

static void add_varint(struct buf *buf, size_t value)
{
    while (value > 127) {
        unsigned char byte = (unsigned char)(value | 0x80);
        buf_add(buf, (struct str){ (const char *)&byte, 1 });
        value >>= 7;
    }
    unsigned char byte = (unsigned char)value;
    buf_add(buf, (struct str){ (const char *)&byte, 1 });
}

static enum err_code code_of(const ProtobufCMessageDescriptor *kind, const struct buf *bytes,
                             size_t cap)
{
    struct arena arena = ARENA_CAP(cap);
    const ProtobufCMessage *message = NULL;
    struct err err = { 0 };
    (void)!wire_unpack(&arena, kind, buf_str(bytes), true, &message, &err);
    arena_free(&arena);
    return err.code;
}

static enum err_code text_of(size_t len)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(1 << 20);
    buf_add(&bytes, STR("\12"));
    add_varint(&bytes, len);
    for (size_t i = 0; i < len; i++) {
        buf_add(&bytes, STR("a"));
    }
    return code_of(&quoin__v1__get_person_request__descriptor, &bytes, 1 << 20);
}

static void test_caps(void)
{
    CHECK(text_of(WIRE_TEXT_MAX) == ERR_NONE);
    CHECK(text_of(WIRE_TEXT_MAX + 1) == ERR_LIMIT);
    OWN(buf_free) struct buf pages = BUF_CAP(1 << 20);
    for (int i = 0; i < WIRE_REPEATED_MAX; i++) {
        buf_add(&pages, (struct str){ "\22\0", 2 });
    }
    CHECK(code_of(&quoin__v1__document_facts__descriptor, &pages, 16 << 20) == ERR_NONE);
    CHECK(code_of(&quoin__v1__document_facts__descriptor, &pages, 1 << 20) == ERR_LIMIT);
    buf_add(&pages, (struct str){ "\22\0", 2 });
    CHECK(code_of(&quoin__v1__document_facts__descriptor, &pages, 16 << 20) == ERR_LIMIT);
    OWN(buf_free) struct buf packed = BUF_CAP(1 << 20);
    buf_add(&packed, STR("\22"));
    add_varint(&packed, WIRE_REPEATED_MAX + 1);
    for (int i = 0; i <= WIRE_REPEATED_MAX; i++) {
        buf_add(&packed, STR("\1"));
    }
    CHECK(code_of(&quoin__v1__price_list__descriptor, &packed, 16 << 20) == ERR_LIMIT);
}

static void test_keys(void)
{
    static const struct {
        struct str bytes;
        bool has;
    } keys[] = {
        { { "", 0 }, false },
        { { "\12\17abcdefghijklmno", 17 }, false },
        { { "\12\20abcdefghijklmnop", 18 }, true },
        { { "\12\21abcdefghijklmnopq", 19 }, false },
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(4096);
        const ProtobufCMessage *message = NULL;
        struct err err;
        CHECK(wire_unpack(&arena, &quoin__v1__deposit_request__descriptor, keys[i].bytes, true,
                          &message, &err));
        CHECK(wire_has_key(message) == keys[i].has);
    }
    Quoin__V1__GetPersonRequest none = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    CHECK(!wire_has_key(&none.base)); // field 1 is a name
}

// Every cut and every single changed byte of a message is judged without harm.
static void test_mutations(void)
{
    static const char whole[] =
        "\12\17application/pdf\22\15\10\3\20\210\244\1\62\3red\70\1\30\1\50\1";
    unsigned count = 0;
    for (size_t at = 0; at < sizeof(whole) - 1; at++) {
        for (int value = -1; value < 256; value++) {
            char bytes[sizeof(whole)];
            memcpy(bytes, whole, sizeof(whole));
            bytes[at] = value < 0 ? bytes[at] : (char)value;
            OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
            const ProtobufCMessage *message = NULL;
            struct err err;
            struct str run = { bytes, value < 0 ? at : sizeof(whole) - 1 };
            bool good = wire_unpack(&arena, &quoin__v1__document_facts__descriptor, run, true,
                                    &message, &err);
            count += good ? 1 : 0;
        }
    }
    CHECK(count > 100 && count < 257 * (sizeof(whole) - 1));
}

int main(void)
{
    test_rows();
    test_caps();
    test_keys();
    test_mutations();
    return tap_done();
}
