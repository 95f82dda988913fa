// Package localca gives a server HTTPS on a network without a name that public
// authorities would certify.
//
// It owns an authority of its own, kept as ca.pem (to install on the tablets)
// and ca-key.pem (mode 0600) in a folder, and makes the server's certificate
// from it: for every name and address of the machine, anew when those change
// and long before it expires. The server's key is never written down.
//
// It also serves certificates from files of the operator's, see [Files].
//
// Both are safe for concurrent use and start no goroutine. Start reading with
// [Open].
package localca
