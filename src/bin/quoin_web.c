// quoin-web: the pages and the programming interface, port 8443.
#include "web/web.h"

int main(int argc, char **argv)
{
    return web_main(argc, argv);
}
