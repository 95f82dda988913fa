/** ActsHead heads the column of a table whose buttons say what they do. */
export const ActsHead = () => (
  <th>
    <span class="visually-hidden">What to do</span>
  </th>
);
