// Any bytes are commands of RFC 1179 or none; what they name lies within them.
#include "lpd/line.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void within(struct str part, struct str line)
{
    assert(part.len == 0 || (part.ptr >= line.ptr && part.ptr + part.len <= line.ptr + line.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = { (const char *)data, size };
    struct err err;
    for (size_t len = lpd_line_find(bytes); len > 0 && len != SIZE_MAX;
         len = lpd_line_find(bytes)) {
        struct str line = { bytes.ptr, len };
        struct lpd_request request;
        struct lpd_file file;
        assert(len <= LPD_LINE_MAX);
        if (lpd_request_read(line, &request, &err)) {
            within(request.queue, line);
            within(request.agent, line);
            within(request.list, line);
        }
        if (lpd_file_read(line, &file, &err)) {
            within(file.name, line);
            assert(file.name.len <= LPD_NAME_MAX);
        }
        bytes = (struct str){ bytes.ptr + len, bytes.len - len };
    }
    return 0;
}
