var x = ; // want: file-left-out
