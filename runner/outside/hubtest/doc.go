// Package hubtest is an emulator of the Hugging Face Hub on the loopback interface, for tests and for trying things by
// hand. It serves a folder of dataset repositories as the Hub does ([Options]), from two addresses: the Hub itself, and
// a CDN on another port, which is another host to a client, to which large files are redirected with addresses that are
// signed and run out. It answers in the Hub's words (see package hub for the sources), pages its listings, knows tokens,
// private, gated, disabled and renamed repositories, and counts requests and bytes by file.
//
// Faults come at random by a seed, or on order ([Hub.Next]), and can be had again: what a request meets depends on the
// seed, the file and how many requests for that file came before, and on nothing else.
//
// A token that arrives where it must not is remembered ([Hub.Violations]). No goroutine outlives [Hub.Close].
//
// # Repositories
//
// DIR/OWNER/NAME holds the files of the branch main, DIR/OWNER/NAME@REVISION those of another revision, with %2F for a
// slash in its name. A commit is a digest of the paths and bytes. The file .hub.json in DIR/OWNER/NAME is not served; it
// holds [Settings].
package hubtest
