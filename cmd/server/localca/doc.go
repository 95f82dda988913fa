// Package localca provides certificates for HTTPS on a network without a name that
// public authorities certify.
//
// It owns a certificate authority, stored as ca.pem (to install on the tablets) and
// ca-key.pem (mode 0600) in a folder, and issues the server's certificate for every
// name and address of the machine. It issues a new one when those change and 30
// days before the old one expires. The server's key is only in memory.
//
// It also serves certificates from the operator's files, see [Files].
//
// Both are safe for concurrent use and start no goroutines. Start reading with
// [Open].
package localca
