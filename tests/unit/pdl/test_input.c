// A document in memory and the same one as a stream of small pieces read alike.
#include "pdl/input.h"

#include "lib/tap.h"

struct pieces {
    struct str left;
    size_t piece;
};

static size_t pieces_fill(void *source, uint8_t *into, size_t room)
{
    struct pieces *pieces = source;
    size_t count = pieces->piece < room ? pieces->piece : room;
    count = count < pieces->left.len ? count : pieces->left.len;
    memcpy(into, pieces->left.ptr, count);
    pieces->left = (struct str){ pieces->left.ptr + count, pieces->left.len - count };
    return count;
}

static uint8_t window[PDL_INPUT_WINDOW];
static char document[3 * PDL_INPUT_WINDOW];

static void read_all(struct pdl_input *input)
{
    CHECK(pdl_input_starts(input, STR("abc")) && pdl_input_offset(input) == 0);
    CHECK(pdl_input_skip(input, PDL_INPUT_WINDOW + 17));
    CHECK(pdl_input_offset(input) == PDL_INPUT_WINDOW + 17);
    CHECK(pdl_input_need(input, PDL_INPUT_WINDOW));
    CHECK(memcmp(input->at, document + PDL_INPUT_WINDOW + 17, PDL_INPUT_WINDOW) == 0);
    CHECK(pdl_input_skip(input, 2 * PDL_INPUT_WINDOW - 18));
    CHECK(pdl_input_need(input, 1) && !pdl_input_need(input, 2) && pdl_input_left(input) == 1);
    CHECK(!pdl_input_skip(input, 2));
    CHECK(!pdl_input_need(input, 1) && pdl_input_offset(input) == sizeof(document));
}

static void test_part_ends_at_uel(void)
{
    static const char job[] = "one" PDL_UEL "two";
    struct pdl_input input = pdl_input_of(STR(job));
    struct str part;
    input.wrapped = true;
    CHECK(pdl_input_part(&input, &part));
    CHECK_STR(part, "one");
    CHECK(pdl_input_at_uel(&input) && pdl_input_skip(&input, sizeof(PDL_UEL) - 1));
    CHECK(pdl_input_part(&input, &part));
    CHECK_STR(part, "two");
    input = pdl_input_of(STR(job));
    CHECK(pdl_input_part(&input, &part) && part.len == sizeof(job) - 1);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(document); i++) {
        document[i] = (char)('a' + i % 251);
    }
    struct pdl_input whole = pdl_input_of((struct str){ document, sizeof(document) });
    read_all(&whole);
    for (size_t piece = 1; piece < PDL_INPUT_WINDOW * 2; piece = piece * 31 + 6) {
        struct pieces pieces = { { document, sizeof(document) }, piece };
        struct pdl_input stream = pdl_input_stream(pieces_fill, &pieces, window);
        struct str part;
        read_all(&stream);
        CHECK(!pdl_input_part(&stream, &part));
    }
    test_part_ends_at_uel();
    return tap_done();
}
