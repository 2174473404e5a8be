// Any bytes are a control file or none; each document that it prints can be found again.
#include "lpd/control.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lpd_control control;
    struct err err;
    if (lpd_control_read((struct str){ (const char *)data, size }, &control, &err)) {
        assert(control.count > 0 && control.count <= LPD_DOCUMENTS_MAX);
        for (size_t at = 0; at < control.count; at++) {
            assert(control.documents[at].copies >= 1 &&
                   control.documents[at].copies <= LPD_COPIES_MAX);
            assert(lpd_control_find(&control, control.documents[at].file) ==
                   &control.documents[at]);
        }
    }
    return 0;
}
