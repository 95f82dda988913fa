var discounts = { student: 10 };
