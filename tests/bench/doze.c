/* SPDX-License-Identifier: MIT */
/* doze: sleep a second. Linked statically, so that what is measured is who starts it. */
#include <unistd.h>

int
main(void)
{
	return (int)sleep(1);
}
