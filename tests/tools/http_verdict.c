// Prints what the strict reader says to each row of tests/lib/http_smuggling.tbl.h, one a line:
// reason, status, bytes in hexadecimal, what it is. For the comparison with nginx.
#include "lib/http_message.h"

#include <stdio.h>
#include <stdlib.h>

static void row_print(const char *what, struct str bytes)
{
    OWN(message_free) struct message message;
    message_read((struct message_kind){ .response = false }, bytes, bytes.len, 0, &message);
    printf("%s\t%u\t", http_reason_name(message.reason), http_reason_status(message.reason));
    for (size_t i = 0; i < bytes.len; i++) {
        printf("%02x", (unsigned char)bytes.ptr[i]);
    }
    printf("\t%s\n", what);
}

int main(void)
{
#define SMUGGLING(what, reason, bytes) row_print((what), STR(bytes));
#include "lib/http_smuggling.tbl.h"
#undef SMUGGLING
    return EXIT_SUCCESS;
}
