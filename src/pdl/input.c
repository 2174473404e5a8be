// input: see input.h.

#include "pdl/input.h"

#include <assert.h>

struct pdl_input pdl_input_of(struct str document)
{
    const uint8_t *bytes = (const uint8_t *)document.ptr;
    return (struct pdl_input){ .at = bytes, .start = bytes, .end = bytes + document.len };
}

struct pdl_input pdl_input_stream(pdl_input_fill *fill, void *source,
                                  uint8_t window[PDL_INPUT_WINDOW])
{
    return (struct pdl_input){ .at = window,
                               .start = window,
                               .end = window,
                               .fill = fill,
                               .source = source,
                               .window = window };
}

bool pdl_input_grow(struct pdl_input *input, size_t count)
{
    assert(count <= PDL_INPUT_WINDOW);
    size_t kept = pdl_input_left(input);
    if (input->fill == NULL) {
        return kept >= count;
    }
    if (input->at != input->window) {
        input->start_offset = pdl_input_offset(input);
        memmove(input->window, input->at, kept);
        input->at = input->window;
        input->end = input->window + kept;
    }
    while (kept < count) {
        size_t got = input->fill(input->source, input->window + kept, PDL_INPUT_WINDOW - kept);
        if (got == 0) {
            return false;
        }
        kept += got;
        input->end += got;
    }
    return true;
}

bool pdl_input_skip(struct pdl_input *input, uint64_t count)
{
    while (count > pdl_input_left(input)) {
        count -= pdl_input_left(input);
        input->at = input->end;
        if (!pdl_input_need(input, 1)) {
            return false;
        }
    }
    input->at += count;
    return true;
}

bool pdl_input_starts(struct pdl_input *input, struct str with)
{
    return pdl_input_need(input, with.len) && memcmp(input->at, with.ptr, with.len) == 0;
}

bool pdl_input_part(struct pdl_input *input, struct str *part)
{
    if (input->fill != NULL) {
        return false;
    }
    size_t left = pdl_input_left(input);
    const uint8_t *uel =
        input->wrapped ? memmem(input->at, left, PDL_UEL, sizeof(PDL_UEL) - 1) : NULL;
    *part = (struct str){ (const char *)input->at, uel == NULL ? left : (size_t)(uel - input->at) };
    input->at += part->len;
    return true;
}
