// Package think parses reasoning traces: the think blocks of a message, and the steer and exec sections of a block. It
// also cleans what a model returned, puts new texts into blocks, and checks the strict structure.
//
// All of it is linear in the length of the text, whatever the text. Tag names match ASCII letters of either case, and
// no others, so that places in the text never shift. Places are byte offsets.
//
// The package is for viewers and for kinds of steps outside this project too. It never reads files, calls models or
// counts tokens, and it never repairs what it parses.
package think
